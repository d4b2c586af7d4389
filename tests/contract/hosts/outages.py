"""What becomes of logins on the real host: they hang, or are ended, while their clients look on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.remote import Outcome, SwapReply, SwapRequest
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.worlds import RealWorld

EVERYBODY = "(deploy|root)"


@contextmanager
def stopped(machine: Machine) -> Iterator[None]:
    """The sshd that listens: the first process of its namespace, which nobody inside can stop."""
    os.kill(machine.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(machine.pid, signal.SIGCONT)


@contextmanager
def stopped_sessions(machine: Machine, *, of: str = EVERYBODY) -> Iterator[None]:
    """The processes that serve the logins of this moment, one that another has just begun included."""
    pids: set[str] = set()
    while more := set(machine.inside("pgrep", "-f", f"sshd: {of}").stdout.split()) - pids:
        machine.inside("sh", "-c", f"kill -{signal.SIGSTOP} {' '.join(more)} || :")
        pids |= more
    try:
        yield
    finally:
        machine.inside("sh", "-c", f"kill -{signal.SIGCONT} {' '.join(pids)} || :")


def end_sessions(machine: Machine) -> None:
    """The host ends every login of this moment."""
    pids = machine.inside("pgrep", "-f", f"sshd: {EVERYBODY}").stdout.split()
    machine.inside("sh", "-c", f"kill -9 {' '.join(pids)}; sleep 0.1")


def reached_in(real: RealWorld, request: SwapRequest) -> float:
    """Seconds until a swap is about to be sent, which then goes well: what the host does about it is its own time."""
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.monotonic())
        return True

    began = time.monotonic()
    reply = real.hand.swap(real.host, request, timeout=20, confirm=look)
    assert isinstance(reply, SwapReply), reply
    assert reply.outcome == Outcome.CHANGED, reply
    return looks[0] - began
