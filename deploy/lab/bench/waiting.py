"""Scripts that wait on hosts for a worker's next swap: what is warm in a bench has them, counted on the hosts' side."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.machine import Machine
from deploy.remote import plain_script
from workers.ssh.invocation import NAME

SWAP = f"{NAME} swap"
LISTED = ["ps", "-e", "-o", "pid=,ppid=,args="]


def waiting(machine: Machine) -> int:
    """How many of them wait on a machine. What sudo and shells look like does not count: each script
    that waits is known by the one program that reads its request."""
    return waiting_in(machine.run(LISTED).stdout)


def waiting_in(listed: str) -> int:
    """The same, from process ids, their parents and arguments, a line each."""
    rows = [line.split(None, 2) for line in listed.splitlines()]
    ours = {row[0] for row in rows if SWAP in row[-1]}
    return sum(1 for reader in _below(rows, ours) if reader != _OWN_TEXT)


_OWN_TEXT = f"head -c {len(plain_script().encode())}"
"""What a script is read by that does not wait yet."""


def _below(rows: list[list[str]], ours: set[str]) -> Iterator[str]:
    for pid, parent, *args in rows:
        if parent in ours and pid not in ours:
            yield " ".join(args)
