"""What worker and host say to each other: two verbs, and answers that decide nothing by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from jobs.edits.splice import Splice
from jobs.fence import Fence
from jobs.inventory.address import Address


class Phase(StrEnum):
    """How far a host has come with one fence; kept in its journal under its lock."""

    INTENT = "intent"
    WRITTEN = "written"
    RESTARTED = "restarted"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The newest line of a host's journal: a phase reached, and under which fence."""

    phase: Phase
    fence: Fence


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One managed file as it is. `sha256` is of the real bytes, hex; in hardened mode every value
    of `content` that is not managed is blanked to the same length."""

    path: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFault:
    """Why a managed file cannot be read or replaced, and what would lift it."""

    path: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """Asks for files, fence and journal of one cluster on one host; `cluster` is the journal's name."""

    cluster: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    """A host's present state for one cluster."""

    fence: Fence | None
    journal: Journal | None
    files: tuple[FileState | FileFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSwap:
    """Compare-and-swap of one file: applied only while its bytes hash to `before`.

    `after` is the SHA-256 of the result as hex, proven on the host before the rename; None in
    hardened mode, where the worker has not seen every byte.
    """

    path: str
    before: str
    after: str | None
    splices: tuple[Splice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRef:
    """A service and its manager (`systemd` or `runit`)."""

    name: str
    manager: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSwap:
    """One application's part of a swap. `files` lists every managed file, with no splices where
    nothing changes; `after` commands and `check` run as the owner of the first file, in its
    directory. `leader`, as this application reaches it, must be reachable from the host before any
    file is renamed."""

    leader: Address
    files: tuple[FileSwap, ...]
    after: tuple[str, ...] = ()
    after_timeout: float = 60
    services: tuple[ServiceRef, ...] = ()
    restart_timeout: float = 60
    check: str | None = None
    check_timeout: float = 30

    @property
    def key(self) -> str:
        """What a host's journal calls this application: its first file, or else its services."""
        if self.files:
            return self.files[0].path
        return "services:" + ",".join(s.name for s in self.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRequest:
    """Brings one host to one leadership. No socket of a restarted service may lead to `avoid`
    afterwards. `force` restarts although no file changes (a NodeBalancer endpoint, or an operator's
    wish), each application once per fence."""

    cluster: str
    fence: Fence
    avoid: tuple[Address, ...]
    apps: tuple[AppSwap, ...]
    force: bool = False


class Outcome(StrEnum):
    """What a swap came to; the first four mean that the host holds the fence."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"  # right already: fence raised, nothing written, nothing restarted
    HELD = "held"  # it holds this very fence and owes nothing: somebody brought it there before
    RESUMED = "resumed"  # somebody else's half-done swap of the same fence was finished
    LOWER_FENCE = "lower-fence"
    OTHER_SYSTEM = "other-system"
    FILE_CHANGED = "file-changed"  # not the bytes we read: read again
    BUSY = "busy"  # another swap holds the lock
    UNREACHABLE_LEADER = "unreachable-leader"
    FAILED = "failed"


HOLDS = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.RESUMED, Outcome.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapReply:
    """The end of a swap. `fence` and `phase` are the host's own afterwards; `seconds` per stage
    (`write`, `after`, `restart`, `check`) as the host measured them."""

    outcome: Outcome
    fence: Fence | None
    phase: Phase | None
    reason: str = ""
    remedy: str = ""
    restarted: tuple[str, ...] = ()
    seconds: tuple[tuple[str, float], ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRequest:
    """`reset-fence` and `adopt`: the host forgets its fence and journal of a cluster, on purpose.
    With `expected`, only while it holds exactly that fence."""

    cluster: str
    expected: Fence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFailure:
    """The host could not be asked: `kind` is unreachable, host-key, login, timeout, script, protocol,
    or superseded (nothing was sent: `confirm` said so). `retry` says whether a later try can help without anybody's hand."""

    kind: str
    reason: str
    remedy: str
    retry: bool = True
