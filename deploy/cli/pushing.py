"""How a push is shown: what differs, the plan, each step as it goes, and the end of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING, Self

from deploy.cli.voice import visible, voice
from jobs.sentences import Tone

if TYPE_CHECKING:
    from deploy.push import Course, Doing, Survey, Trouble


def say_survey(found: Survey, lines: Mapping[str, tuple[str, ...]]) -> None:
    """Differences, then the plan, then who could not be asked."""
    from deploy.push import tell

    speak = voice()
    for machine in (m for m in found.machines if lines.get(m)):
        for line in lines[machine]:
            speak.line(line, _tone(line))
        speak.line()
    for number, step in enumerate(found.steps, 1):
        speak.line(f"{number:>3}  {tell(step)}")
    same = sum(c.none for c in found.changes.values())
    speak.line(f"{same} of {len(found.machines)} machines hold what the inventory says")
    for trouble in found.silent:
        say_trouble(trouble)


def say_course(course: Course) -> None:
    """What is still to be done, where something is."""
    from deploy.push import tell

    speak = voice()
    for left in course.left:
        speak.line(tell(left), "bad")
    if course.undone:
        speak.line("not begun:", "bad")
        for step in course.undone:
            speak.line(f"  {tell(step)}")
        speak.line(
            "what machines must still hear of is in their journals; push again goes on there"
        )


def say_trouble(trouble: Trouble) -> None:
    speak = voice()
    speak.line(f"{trouble.machine}: {trouble.reason}", "bad")
    speak.line(f"  {trouble.remedy}")


class Teller:
    """Says each step when it ends; to a terminal also what is under way."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._since = quiet, 0.0
        self._under_way = ExitStack()
        self._doing: Doing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        self._under_way.close()
        if kind is KeyboardInterrupt and self._doing is not None and not self._quiet:
            _say_broken_off(self._doing)

    def begins(self, step: Doing) -> None:
        from deploy.push import tell

        self._since, self._doing = monotonic(), step
        if sys.stdout.isatty() and not self._quiet:
            from rich.console import Console
            from rich.text import Text

            self._under_way.enter_context(Console().status(Text(visible(tell(step)))))

    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None:
        from deploy.push import tell

        self._under_way.close()
        if self._quiet:
            return
        seconds = f"{monotonic() - self._since:5.1f} s"
        mark = "failed" if troubles else "done"
        voice().line(f"{mark:<6} {seconds}  {tell(step)}", "bad" if troubles else "good")
        for trouble in troubles:
            say_trouble(trouble)


def _say_broken_off(step: Doing) -> None:
    from deploy.push import tell

    speak = voice()
    speak.line(f"broken off at: {tell(step)}", "bad")
    speak.line("the machines end what they have begun; push again finishes the rest")


def document(
    found: Survey, lines: Mapping[str, tuple[str, ...]], course: Course | None
) -> dict[str, object]:
    """The whole push as one value for scripts."""
    from deploy.push import tell

    said: dict[str, object] = {
        "machines": list(found.machines),
        "same": [name for name, c in found.changes.items() if c.none],
        "differences": {name: list(some) for name, some in lines.items()},
        "steps": [tell(step) for step in found.steps],
        "unreachable": [_trouble(t) for t in found.silent],
    }
    if course is not None:
        said |= {
            "failed": [_trouble(t) for t in course.troubles],
            "left": [tell(step) for step in course.left],
            "undone": [tell(step) for step in course.undone],
        }
    return said


def _trouble(trouble: Trouble) -> dict[str, str]:
    return {"machine": trouble.machine, "reason": trouble.reason, "remedy": trouble.remedy}


def _tone(line: str) -> Tone:
    if line.startswith(("+", "-")) and not line.startswith(("+++", "---")):
        return "good" if line[0] == "+" else "bad"
    return "quiet" if line.startswith((" ", "@@")) else "plain"
