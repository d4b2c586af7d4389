"""A process on a machine: what is signalled is the process itself, not the door it came in by."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

TICKS = os.sysconf("SC_CLK_TCK")
NSENTER = {signal.SIGSTOP: "T", signal.SIGCONT: "S"}
"""Its state once it has followed its child: stopped, or waiting for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process started through nsenter. `outer` is nsenter, which waits outside the machine."""

    name: str
    log: Path
    outer: subprocess.Popen[bytes]

    @property
    def pid(self) -> int | None:
        """The process itself, as seen from outside the machine; None once it is gone."""
        return next(iter(children(self.outer.pid)), None)

    @property
    def alive(self) -> bool:
        return self.outer.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Signal the process itself. nsenter stops itself with its child, and must go on with it; since it
        wakes the child as it does, whoever stops or wakes one waits until nsenter is done with it."""
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if number != signal.SIGSTOP:
            self.outer.send_signal(signal.SIGCONT)
        if number in NSENTER:
            wait_until(
                f"nsenter of {self.name}", lambda: self._outer_is(NSENTER[number]), seconds=20
            )

    def _outer_is(self, state: str) -> bool:
        """Whether nsenter is in a state, or gone."""
        return not self.alive or status(self.outer.pid)[:1] == [state]

    def stop(self, *, grace: float = 5) -> None:
        """TERM, and KILL for what is still there after `grace` seconds."""
        self.signal(signal.SIGTERM)
        try:
            self.outer.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.outer.wait(timeout=max(grace, 20))

    def tail(self, lines: int = 15) -> str:
        """The log's last lines, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def children(pid: int) -> list[int]:
    """Ids of a process's children; none where it is gone."""
    return [int(word) for word in about(pid, f"task/{pid}/children").split()]


def descendants(pid: int) -> Iterator[int]:
    """Ids of everything below a process, parents first."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def own_id(pid: int) -> int | None:
    """A process's id as its own machine knows it; None where it is gone."""
    lines = about(pid, "status").splitlines()
    return next((int(line.split()[-1]) for line in lines if line.startswith("NSpid:")), None)


def cpu_seconds(pid: int) -> float:
    """Processor seconds so far of a process and of its children that ended: 0 where it is gone, for then
    its parent counts them."""
    return ticks(about(pid, "stat")) / TICKS


def ticks(stat: str) -> int:
    """Those of a process and of its children that were waited for (proc(5), fields 14 to 17)."""
    return sum(map(int, _fields(stat)[11:15]))


def status(pid: int) -> list[str]:
    """A process's state, parent, group, session and so on (proc(5), fields from 3); none where it is gone."""
    return _fields(about(pid, "stat"))


def _fields(stat: str) -> list[str]:
    """Those behind its name, which may hold anything and ends with the last ")"."""
    return stat.rpartition(")")[2].split()


def about(pid: int | None, name: str) -> str:
    """What /proc says of a process under `name`; nothing where it is gone, be it while that is read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until(
    what: str, done: Callable[[], object], *, seconds: float, step: float = 0.05
) -> None:
    """Call `done` until it is true; TimeoutError says what was waited for."""
    wait_for(what, done, seconds=seconds, step=step)


def wait_for(
    what: str, look: Callable[[], Found | None], *, seconds: float, step: float = 0.05
) -> Found:
    """Call `look` until it finds something, and give that: who looked again might find it gone. The last
    look begins after the time is over, for all may have stood still until then."""
    deadline = time.monotonic() + seconds
    while True:
        over = time.monotonic() > deadline
        if found := look():
            return found
        if over:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(step)
