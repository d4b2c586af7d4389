"""Without this file each scenario would have to start a drill, watch what it prints and read what it left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests import parts

PROGRAMS = ("unshare", "ip", "etcd", "postgres", "redis-server", "sshd", "runsvdir", "sudo",
            "haproxy")  # fmt: skip
PAGE = re.compile(r"page  (http://127\.0\.0\.1:\d+)/  \(password: (\S+)\)$", re.MULTILINE)
POST_MORTEM = re.compile(r"^post-mortem  (\S+\.html)$", re.MULTILINE)

Onlooker = Callable[[str, str], None]
"""Somebody who watches a drill: is called with the page's address and the password once both are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What a drill left behind: its output, its report, its exported trail and its keepsakes."""

    code: int
    output: str
    report: dict[str, Any]
    trail: Path

    @property
    def post_mortems(self) -> list[Path]:
        """Where the drill said, at its end, that they lie."""
        return [parts.ROOT / str(path) for path in POST_MORTEM.findall(self.output)]


def drill(
    folder: Path,
    scenario: str,
    *options: str,
    onlooker: Onlooker | None = None,
    within: float = 300,
) -> Drilled:
    """Run a drill to its end, as a person does; `within` so many seconds."""
    parts.require_root()
    for program in PROGRAMS:
        parts.require(program)
    report, trail = folder / "report.json", folder / "trail.jsonl"
    files = ("--report", str(report), "--export-audit", str(trail))
    with lab("drill", scenario, *options, *files) as (running, heard):
        if onlooker is not None:
            onlooker(*heard.page(within=200))
        code = running.wait(timeout=within)
    heard.thread.join(10)
    assert report.exists(), heard.text
    said = json.loads(report.read_text())
    return Drilled(code=code, output=heard.text, report=said, trail=trail)


@dataclass(slots=True)
class Heard:
    """What a program has printed so far."""

    lines: list[str] = field(default_factory=list)
    thread: threading.Thread = field(default_factory=threading.Thread)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def listen(self, output: IO[str]) -> None:
        self.thread = threading.Thread(target=self.lines.extend, args=(output,), daemon=True)
        self.thread.start()

    def page(self, *, within: float) -> tuple[str, str]:
        """The page's address and its password, as soon as they are printed."""
        deadline = time.monotonic() + within
        while (found := PAGE.search(self.text)) is None:
            assert time.monotonic() < deadline, self.text
            assert self.thread.is_alive(), self.text
            time.sleep(0.05)
        return found[1], found[2]


@contextmanager
def lab(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Heard]]:
    """Start `python -m deploy.lab` and hear what it prints; TERM, if the block ends before it does."""
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.lab", *arguments],
        cwd=parts.ROOT,
        env={**os.environ, "PGBATON_LAB_VENV": lab_venv()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        heard = Heard()
        heard.listen(running.stdout)
        try:
            yield running, heard
        except BaseException:
            print(heard.text)  # noqa: T201 - pytest shows it with the failure
            raise
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
                running.wait(timeout=120)


def lab_venv() -> str:
    """The environment that ./dev makes for the lab's own users."""
    script = ". deploy/setup/venvs.sh && lab_venv"
    named = (
        os.environ.get("PGBATON_LAB_VENV")
        or subprocess.run(
            ["sh", "-c", script], cwd=parts.ROOT, capture_output=True, text=True, timeout=10
        ).stdout.strip()
    )
    if not Path(named, ".complete").exists():
        parts.absent("the lab's venv is not built: run ./dev test")
    return named


def passed(done: Drilled) -> dict[str, Any]:
    """The report of a drill in which every invariant held."""
    held = {one["name"]: one["held"] for one in done.report["invariants"]}
    assert all(held.values()), done.output
    assert done.report["verdict"] == "pass", done.output
    assert done.code == 0, done.output
    return done.report
