"""How a push is shown: what differs, the plan, each step as it goes, and the end of it."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Self

from deploy.cli.voice import voice
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
    same = len([c for c in found.changes.values() if c.none])
    speak.line(f"{same} of {len(found.machines)} machines are as the inventory says", "quiet")
    for trouble in found.silent:
        say_trouble(trouble)


def say_trouble(trouble: Trouble) -> None:
    speak = voice()
    speak.line(f"{trouble.machine}: {trouble.reason}", "bad")
    speak.line(f"  {trouble.remedy}")


class Teller:
    """Says each step when it ends; to a terminal also what is under way."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._since = quiet, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def begins(self, step: Doing) -> None:
        del step
        self._since = monotonic()

    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None:
        from deploy.push import tell

        if self._quiet:
            return
        seconds = monotonic() - self._since
        mark, tone = ("failed", "bad") if troubles else ("done", "good")
        voice().line(f"{mark} {seconds:5.1f} s  {tell(step)}", _as_tone(tone))
        for trouble in troubles:
            say_trouble(trouble)


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


def _as_tone(word: str) -> Tone:
    return "bad" if word == "bad" else "good"
