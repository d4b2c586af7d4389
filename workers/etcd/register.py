"""What is known of each leader key: without it, stream and re-read would tell the same change twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobs.claims import LeaderKey

Reading = tuple[int, LeaderKey | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A cluster's leadership is another one than before; `leader` None means that nobody leads."""

    cluster: str
    leader: LeaderKey | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """All leader keys, read afresh: at the start, and wherever changes may have been missed."""

    reason: str
    leaders: Mapping[str, LeaderKey | None]


class Register:
    """Each cluster's newest reading. Revisions decide what is newer, whoever brings the news.

    Invariant: `tell` hears every change once, and none that is older than what it heard before.
    """

    def __init__(self, tell: Callable[[Change], object]) -> None:
        self._tell = tell
        self._known: dict[str, Reading] = {}
        self._read: dict[str, int] = {}
        self._streamed: dict[str, int] = {}
        self._owed: dict[str, int] = {}
        self._lock = threading.Lock()

    def streamed(self, cluster: str, reading: Reading) -> None:
        """What the stream brought."""
        with self._lock:
            self._streamed[cluster] = max(reading[0], self._streamed.get(cluster, 0))
            self._note(cluster, reading)

    def reread(self, readings: Mapping[str, Reading]) -> None:
        """What a linearizable read found; where it is news, the stream owes the same news."""
        with self._lock:
            for cluster, reading in readings.items():
                before = self._known[cluster][0] if cluster in self._known else 0
                if self._note(cluster, reading):
                    self._owed.setdefault(cluster, before)
            self._read = {cluster: revision for cluster, (revision, _) in readings.items()}

    def newest(self) -> int:
        """The newest revision heard of, by stream or read: no read that is asked for from now on may be
        of an older one."""
        with self._lock:
            return max((*self._streamed.values(), *self._read.values()), default=0)

    def went_back(self, readings: Mapping[str, Reading], *, newest: int = 0) -> bool:
        """True where a read is of an older revision than one that came before, or than `newest` when it
        was asked for: etcd was restored from a snapshot."""
        with self._lock:
            before = {cluster: max(newest, self._read.get(cluster, 0)) for cluster in readings}
            return any(r < before[cluster] for cluster, (r, _) in readings.items())

    def reset(self, readings: Mapping[str, Reading]) -> None:
        """Believe these readings, whatever was known, and tell nobody."""
        with self._lock:
            self._known = dict(readings)
            self._read = {cluster: revision for cluster, (revision, _) in readings.items()}
            self._streamed, self._owed = {}, {}

    def leaders(self) -> Mapping[str, LeaderKey | None]:
        with self._lock:
            return {cluster: leader for cluster, (_, leader) in self._known.items()}

    def owing(self) -> bool:
        """True while the stream has not told what a read told before it."""
        with self._lock:
            owed = self._owed.items()
            self._owed = {c: before for c, before in owed if self._streamed.get(c, 0) <= before}
            return bool(self._owed)

    def forgive(self) -> None:
        """A new stream owes nothing of what happened before it began."""
        with self._lock:
            self._owed = {}

    def _note(self, cluster: str, reading: Reading) -> bool:
        revision, leader = reading
        known = self._known.get(cluster)
        if known is not None and revision <= known[0]:
            return False
        self._known[cluster] = reading
        if known is not None and _epoch(known[1]) == _epoch(leader):
            return False
        self._tell(Change(cluster=cluster, leader=leader, revision=revision))
        return True


def _epoch(leader: LeaderKey | None) -> int | None:
    return leader.epoch if leader else None
