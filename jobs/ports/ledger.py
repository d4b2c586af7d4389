"""All state, and how it is kept: every step atomic, none doubled by a repeated call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.anchor import Server
from jobs.audit import Draft, Entry, Head, Span
from jobs.event import Event
from jobs.state import Assignment, ClusterState, HostRecord, Incident, Pause, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a trail stands, and which Redis says so, of one instant (`now`: Redis TIME, microseconds).
    `first` is the oldest entry's number, 0 for an empty trail."""

    head: Head
    first: int
    now: int
    redis: Server | None


class ReadTrail(Protocol):
    """One hash-chained stream per cluster, for whoever only tells it. Raises LedgerUnavailable."""

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterable[Entry]:
        """The entries with a number above `after`, and up to `upto` where it is given, in order."""

    def head(self, cluster: str) -> Head:
        """The newest entry's place."""

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        """The same of many clusters at once."""

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> Sequence[Span]:
        """The newest `count` incidents, newest first; of those that began before entry `before`,
        where it is given."""

    def span(self, cluster: str, incident: str) -> Span | None:
        """Where an incident's entries stand; None where it has none."""


class Trail(ReadTrail, Protocol):
    """The same for whoever writes it too."""

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        """Append each draft once, by its id. Raises LedgerUnavailable."""


class Record(Trail, Protocol):
    """A trail whose end can be proven, and whose beginning may be dropped."""

    def stand(self, cluster: str) -> Stand:
        """Head, beginning and server, in one step."""

    def trim(self, cluster: str, *, through: int, head: str, draft: Draft) -> bool:
        """Append the checkpoint and drop the entries up to `through`, in one atomic step; False, and
        nothing done, where entry `through` does not hash to `head`. A second time changes nothing."""


class Memory(Protocol):
    """Short texts by name, so that a process need not begin anew; what was remembered last counts.
    All raise LedgerUnavailable."""

    def recall(self, name: str) -> str | None:
        """What was remembered under this name; None where nothing was."""

    def recalls(self, names: Sequence[str]) -> Mapping[str, str]:
        """The same of many names at once; those under which nothing was are left out."""

    def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the last one."""


class Ledger(Record, Memory, Protocol):
    """All state. Every method is one atomic step that a repeated call does not double, and raises
    LedgerUnavailable where it cannot be made durable. "Enqueued" means: an RQ job, in that step."""

    def hear(self, event: Event, draft: Draft) -> bool:
        """Record an event and ask for a respond; False where its id was heard before."""

    def call(self, cluster: str, drafts: Sequence[Draft] = ()) -> bool:
        """Ask for a respond. While one is queued nothing more is enqueued; while one runs, it is
        marked to go round again. False where nothing new was set going: one is on its way, and should
        its worker have died there, only a later asking helps."""

    def begin(self, cluster: str, flight: str, *, lease: float) -> bool:
        """Take the cluster's single flight for `lease` seconds; False (and the mark set) while
        another holds it. Also renews one's own."""

    def again(self, cluster: str, flight: str, *, lease: float) -> bool:
        """At a round's end: True where somebody asked meanwhile (lease renewed), else land."""

    def state(self, cluster: str) -> ClusterState:
        """Everything remembered of a cluster, of one instant."""

    def states(self, clusters: Sequence[str]) -> Mapping[str, ClusterState]:
        """The same of many clusters, in a few questions."""

    def save(
        self,
        cluster: str,
        flight: str,
        *,
        drafts: Sequence[Draft] = (),
        incident: Incident | None = None,
        settled: Settled | None = None,
        assign: Mapping[str, Assignment] | None = None,
        conclude: bool = False,
    ) -> bool:
        """What a round decided, in one step: entries; the incident (kept open), or, with `settled`,
        its end (the incident is removed, `settled` kept); hosts to assign, one repoint job per
        distinct `job` id, enqueued; a conclude job. False, and nothing done, where the flight is
        no longer ours."""

    def report(
        self, cluster: str, job: str, records: Mapping[str, HostRecord], drafts: Sequence[Draft]
    ) -> None:
        """A repoint job's results. An older (epoch, attempt) changes nothing. Whoever leaves no
        assignment open enqueues `conclude`."""

    def beat(self, cluster: str, job: str, hosts: Sequence[str]) -> None:
        """A sign of life for the hosts that `job` still works on."""

    def forget(self, cluster: str, hosts: Sequence[str], drafts: Sequence[Draft]) -> None:
        """Drop what is known of hosts (drift, lifted fences), so that the next respond looks anew."""

    def pause(self, cluster: str, pause: Pause | None, drafts: Sequence[Draft]) -> None:
        """Set or lift an operator's hold."""

    def waiting(self, jobs: Sequence[str]) -> frozenset[str]:
        """Those of the job ids that still wait in a queue."""

    def crowded(self) -> bool:
        """Whether any job waits in the queue."""

    def lease(self, name: str, holder: str, *, seconds: float) -> bool:
        """Take or renew a named lease, so that of two processes one acts; 0 gives one's own back."""

    def requeue(self, function: str, arguments: Mapping[str, object]) -> None:
        """Put a job back, with all its own arguments, for a worker with another inventory. It
        stays the cluster's queued respond, if it was that: `flight` names the job taken."""
