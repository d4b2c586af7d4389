"""The hands of the hunt: a patch is applied, and tests are run in a copy until one fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.mutation.checkout import Checkout
from deploy.lab.mutation.course import Catchers

ALL_PASSED, FAILED, NONE_THERE = 0, 1, 5
"""What pytest ends with."""


class UnfitError(Exception):
    """The tests could not be run to an end; the text says why."""


def apply(patch: str, root: Path) -> str:
    """Break a copy. Why git does not take the patch, or nothing."""
    surroundings = {**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)}
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=root,
        input=patch,
        capture_output=True,
        text=True,
        env=surroundings,
        check=False,
    )
    return done.stderr.strip() if done.returncode else ""


@dataclass(slots=True)
class Bench:
    """Runs pytest in copies, several at once, and leaves none behind when it is closed."""

    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _closed: bool = False

    def first_failing(self, copy: Checkout, catchers: Catchers) -> str | None:
        """The first test that fails, by its name, or None. UnfitError where that cannot be said."""
        without = [f"--ignore-glob={pattern}" for pattern in catchers.but]
        failed = self._run(copy, ["-x", *without, *catchers.where], within=catchers.within)
        return failed[0] if failed else None

    def failing(self, copy: Checkout, names: Sequence[str], *, within: float) -> list[str]:
        """Which of these tests fail."""
        return self._run(copy, names, within=within)

    def close(self) -> None:
        self._closed = True
        for process in tuple(self._running):
            _kill(process)

    def _run(self, copy: Checkout, arguments: Sequence[str], *, within: float) -> list[str]:
        code, said = self._pytest(copy, arguments, within=within)
        if code in {ALL_PASSED, NONE_THERE}:
            return []
        failed = _last_failed(copy.root)
        broken = [name for name in failed if "::" not in name]
        if code != FAILED or broken or not failed:
            raise UnfitError(f"pytest ends with {code}: {_last_words(said)}")
        return failed

    def _pytest(
        self, copy: Checkout, arguments: Sequence[str], *, within: float
    ) -> tuple[int, str]:
        command = [str(copy.python), "-m", "pytest", "-q", *arguments]
        (copy.root / ".pytest_cache/v/cache/lastfailed").unlink(missing_ok=True)
        process = subprocess.Popen(
            command,
            cwd=copy.root,
            env=_surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._running.add(process)
        try:
            if self._closed:
                raise UnfitError("interrupted")
            said, _ = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            raise UnfitError(f"the tests do not end within {within:.0f} s") from None
        finally:
            _kill(process)
            with process:  # waits, and closes the pipe
                self._running.discard(process)
        return process.returncode, said


def _kill(process: subprocess.Popen[str]) -> None:
    """The tests, and whatever they started and did not end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _surroundings() -> dict[str, str]:
    """Nothing that leads imports elsewhere, and no word of pytest's for whoever runs us as a test."""
    ours = ("PYTHON", "PYTEST", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _last_failed(root: Path) -> list[str]:
    """What pytest itself remembers; a name without `::` is a file that could not be read."""
    try:
        return list(json.loads((root / ".pytest_cache/v/cache/lastfailed").read_text()))
    except FileNotFoundError:
        return []


def _last_words(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return " / ".join(lines[-3:])[:400]
