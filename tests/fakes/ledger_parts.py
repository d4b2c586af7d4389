"""What FakeLedger is made of: one cluster's memory, its chain, a queue, and faults on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jobs.audit import GENESIS, Draft, Entry, Span, link

When = Literal["before", "after"]
STUCK = 5.0
"""Seconds after which a job that was taken and never began counts as gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A job in the queue; `at` is when it was enqueued."""

    id: str
    function: str
    kwargs: Mapping[str, object]
    at: float


@dataclass(slots=True)
class Chain:
    """One cluster's trail, with the real hashes."""

    entries: list[Entry] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    spans: dict[str, Span] = field(default_factory=dict)

    def append(self, drafts: Sequence[Draft], *, at: int) -> None:
        for draft in drafts:
            if draft.id not in self.seen:
                self.seen.add(draft.id)
                self._link(draft.body(), at=at)
                if draft.incident is not None:
                    self._index(draft.incident, self.entries[-1].seq)

    def _index(self, incident: str, seq: int) -> None:
        first = self.spans[incident].first if incident in self.spans else seq
        self.spans[incident] = Span(incident=incident, first=first, last=seq)

    def _link(self, body: str, *, at: int) -> None:
        prev = self.entries[-1].hash if self.entries else GENESIS
        seq = self.entries[-1].seq + 1 if self.entries else 1
        fresh = link(prev=prev, seq=seq, at=at, body=body)
        self.entries.append(Entry(seq=seq, at=at, body=body, prev=prev, hash=fresh))

    def drop(self, through: int) -> None:
        """Forget the entries up to a number, and the incidents that ended there."""
        self.entries = [one for one in self.entries if one.seq > through]
        self.spans = {name: one for name, one in self.spans.items() if one.last > through}


@dataclass(slots=True)
class Memory:
    """One cluster's state, each value as the JSON text that Redis would keep."""

    chain: Chain = field(default_factory=Chain)
    incident: str | None = None
    settled: str | None = None
    paused: str | None = None
    hosts: dict[str, str] = field(default_factory=dict)
    assignments: dict[str, str] = field(default_factory=dict)
    handed_out: set[str] = field(default_factory=set)
    flight: str | None = None
    until: float = 0.0
    mark: bool = False
    asked: dict[str, str] = field(default_factory=dict)  # function -> the job id last enqueued


@dataclass(slots=True)
class Line:
    """The queue: what waits, and when each job was taken from it. `lost` are those whose worker
    died before they started."""

    waiting: list[Queued] = field(default_factory=list)
    taken: dict[str, float] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def put(self, job: str, function: str, kwargs: Mapping[str, object], *, at: float) -> None:
        plain = json.loads(json.dumps(dict(kwargs)))  # what is no JSON fails here, as with RQ
        self.waiting.append(Queued(id=job, function=function, kwargs=plain, at=at))

    def take(self, *, at: float) -> Queued | None:
        if not self.waiting:
            return None
        job = self.waiting.pop(0)
        self.taken[job.id] = at
        return job

    def lose(self, *, at: float) -> None:
        """A worker takes the oldest job and dies."""
        job = self.take(at=at)
        assert job is not None, "nothing waits that could be lost"
        self.lost.add(job.id)

    def waits(self, job: str, *, now: float) -> bool:
        """Whether the job is in the queue, or left it so lately that its worker may still start."""
        return any(q.id == job for q in self.waiting) or (
            job in self.lost and now - self.taken[job] < STUCK
        )

    def expects(self, job: str, *, now: float) -> bool:
        """Whether the job waits, or was taken so lately that it may still begin."""
        return self.waits(job, now=now) or now - self.taken.get(job, now - STUCK) < STUCK


@dataclass(slots=True)
class Faults:
    """Raises `error` once, before or after the k-th effect from now on."""

    left: int = 0
    when: When = "before"
    error: BaseException | None = None

    def strike(self, when: When) -> None:
        self.left -= when == "before"
        if self.error is not None and self.when == when and self.left == 0:
            error, self.error = self.error, None
            raise error
