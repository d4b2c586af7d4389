"""One machine in memory: its files, services and journal, and the ways in which it can be unwell."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.fence import Fence
from jobs.inventory import Address
from jobs.remote import FileFault, FileState, HostFailure, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeJournal:
    """What a host remembers of one cluster; the real script keeps the same facts in one file.

    `owed`: applications (by key) not yet checked. `done`: services restarted since their files
    changed. `did`: applications that got their restart under this fence. `doing`: the service
    whose restart was begun, with the process it had then. `tentative`: bytes that an application's files
    had at `intent`; while they still have them, the intent of a dead swap owes nothing.
    """

    phase: Phase
    fence: Fence
    owed: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    did: frozenset[str] = frozenset()
    doing: tuple[str, int] | None = None
    tentative: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class FakeHost:
    """One machine, and the ways in which it can be unwell.

    `down` is what every question gets; `busy` as if another swap held the lock; `failing` are
    after-commands, checks and services that fail; `stuck_to` are addresses that sockets of the
    services lead to whatever is restarted; `on_swap` runs once as a swap begins.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    journals: dict[str, FakeJournal] = field(default_factory=dict)
    restarts: Counter[str] = field(default_factory=Counter)
    commands: list[str] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    down: HostFailure | None = None
    busy: bool = False
    out_of_reach: set[Address] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    stuck_to: set[Address] = field(default_factory=set)
    faults: dict[str, FileFault] = field(default_factory=dict)
    on_swap: Callable[[], object] | None = None

    def fence(self, cluster: str) -> Fence | None:
        journal = self.journals.get(cluster)
        return journal.fence if journal else None


def file_of(host: FakeHost, path: str) -> FileState | FileFault:
    """One file as `read` shows it."""
    if path in host.faults:
        return host.faults[path]
    if path not in host.files:
        return FileFault(
            path=path, reason="does not exist", remedy="create it, or correct its path"
        )
    content = host.files[path]
    return FileState(path=path, sha256=sha256(content), content=content)


def sha256(content: bytes) -> str:
    """Hex, as journals and requests carry it."""
    return hashlib.sha256(content).hexdigest()
