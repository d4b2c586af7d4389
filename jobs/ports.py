"""What the jobs need from the world, as Protocols: the hands in workers/ fit them, fakes in tests too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from jobs.audit import Draft, Entry
from jobs.balancer.change import Change
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.claims import Claims, ClusterView, LeaderKey, MemberRecord, RestClaim, SqlClaim, Unknown
from jobs.event import Event
from jobs.inventory import Address, DnsRecord, Host, NodeBalancer
from jobs.remote import HostFailure, LiftRequest, ReadReply, ReadRequest, SwapReply, SwapRequest
from jobs.state import Assignment, ClusterState, HostRecord, Incident, Pause, Settled
from jobs.zone import FoundZone, RecordChange

In = TypeVar("In")
Out = TypeVar("Out")


class Unavailable(Exception):  # noqa: N818 - "unavailable" is the state it reports
    """Something could not be asked. `reason` says what, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


class DcsUnavailable(Unavailable):
    """etcd has no quorum, cannot be reached, or refuses us."""


class LedgerUnavailable(Unavailable):
    """Redis cannot be reached, or cannot make a write durable."""


class LinodeUnavailable(Unavailable):
    """Linode's API cannot be asked, or refuses: `status` is HTTP's where it answered, `retry_after`
    the seconds it asks us to wait."""

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, remedy)
        self.status, self.retry_after = status, retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRef:
    """Where one cluster's keys stand in etcd."""

    cluster: str
    namespace: str
    scope: str

    @property
    def path(self) -> str:
        """The common prefix of the cluster's keys, built as Patroni builds it."""
        return re.sub("/+", "/", f"/{self.namespace}/{self.scope}/")


class Dcs(Protocol):
    """One etcd cluster, read linearizably. Both raise DcsUnavailable within `timeout` seconds."""

    def look(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        """Each cluster's keys, by cluster id, each in one transaction."""

    def leader(self, scope: ScopeRef, *, timeout: float) -> LeaderKey | None:
        """The leader key alone: the look right before a mutation."""


class Rest(Protocol):
    """Patroni's REST API."""

    def ask(self, record: MemberRecord, *, timeout: float) -> RestClaim:
        """What the member says of itself."""


class Sql(Protocol):
    """PostgreSQL's own word."""

    def ask(self, record: MemberRecord, *, timeout: float) -> SqlClaim:
        """Whether the member is writable."""


class Witness(Protocol):
    """Gathers evidence about the inventory's clusters; never raises, Unknown stands for failure."""

    def gather(
        self,
        cluster: str,
        *,
        timeout: float,
        everyone: bool = False,
        remembered: Sequence[MemberRecord] = (),
    ) -> Claims:
        """All claims of one cluster; `everyone` waits for the other members' answers too, those
        that etcd lists and those that are `remembered`."""

    def leader(self, cluster: str, *, timeout: float) -> LeaderKey | Unknown | None:
        """The leader key now."""

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        """A fresh SQL probe of one member."""


class HostHand(Protocol):
    """One host's two verbs. `confirm` is asked right before a swap is sent; False holds it back
    and comes home as a HostFailure of kind "superseded"."""

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        """Files, fence and journal."""

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        """Bring the host to a leadership."""

    def lift(self, host: Host, request: LiftRequest, *, timeout: float) -> SwapReply | HostFailure:
        """Forget a fence on purpose."""


class Balancers(Protocol):
    """NodeBalancers at Linode. Whatever asks the API raises LinodeUnavailable within `timeout`
    seconds; nothing here is repeated by the adapter but what is safe to repeat."""

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        """The NodeBalancer of the inventory's label with all its configurations and nodes; None
        where there is none, LinodeUnavailable where the label matches two."""

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        """The nodes of a configuration as they are now, in one request."""

    def apply(self, change: Change, *, timeout: float) -> None:
        """Make one change. What was made before (a reply that got lost) is found by its label or
        address and not made twice."""

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        """The Cloud Firewalls of the machine with this label; None where there is no such machine."""

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        """Ask a backend's port for what the health check asks it; never raises."""


class Records(Protocol):
    """DNS records at Linode; raises LinodeUnavailable within `timeout` seconds."""

    def read(self, record: DnsRecord, *, names: Sequence[str], timeout: float) -> FoundZone | None:
        """The record's domain, and its records of these names; None where there is no such domain."""

    def apply(self, change: RecordChange, *, timeout: float) -> None:
        """Make one change; a record with the same name, type and target is not made twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinodeEvent:
    """One event of the account. `created` is the API's own text (UTC without a zone); `label` and
    `entity` name what it befell ("linode", "nodebalancer", …)."""

    id: int
    action: str
    status: str
    created: str
    entity: str | None = None
    label: str | None = None


class LinodeEvents(Protocol):
    """The account's events; raises LinodeUnavailable within `timeout` seconds."""

    def since(self, created: str, *, timeout: float) -> tuple[LinodeEvent, ...]:
        """Those created at this instant or later, oldest first, in as few requests as it takes."""


class Fleet(Protocol):
    """Runs one function over many hosts at once."""

    def each(self, items: Sequence[In], work: Callable[[In], Out]) -> Iterator[tuple[In, Out]]:
        """Pairs of item and result, in the order in which they finish."""


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> float:
        """Seconds since 1970."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Trail(Protocol):
    """One hash-chained stream per cluster."""

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        """Append each draft once, by its id. Raises LedgerUnavailable."""

    def entries(self, cluster: str, *, after: int = 0) -> Iterable[Entry]:
        """The entries with a number above `after`, in order."""


class Memory(Protocol):
    """Short texts by name, so that a process need not begin anew; what was remembered last counts.
    Both raise LedgerUnavailable."""

    def recall(self, name: str) -> str | None:
        """What was remembered under this name; None where nothing was."""

    def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the last one."""


class Ledger(Trail, Memory, Protocol):
    """All state. Every method is one atomic step that a repeated call does not double, and raises
    LedgerUnavailable where it cannot be made durable. "Enqueued" means: an RQ job, in that step."""

    def hear(self, event: Event, draft: Draft) -> bool:
        """Record an event and ask for a respond; False where its id was heard before."""

    def call(self, cluster: str, drafts: Sequence[Draft] = ()) -> None:
        """Ask for a respond. While one is queued nothing more is enqueued; while one runs, it is
        marked to go round again."""

    def begin(self, cluster: str, flight: str, *, lease: float) -> bool:
        """Take the cluster's single flight for `lease` seconds; False (and the mark set) while
        another holds it. Also renews one's own."""

    def again(self, cluster: str, flight: str, *, lease: float) -> bool:
        """At a round's end: True where somebody asked meanwhile (lease renewed), else land."""

    def state(self, cluster: str) -> ClusterState:
        """Everything remembered of a cluster, of one instant."""

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

    def lease(self, name: str, holder: str, *, seconds: float) -> bool:
        """Take or renew a named lease, so that of two processes one acts; 0 gives one's own back."""

    def requeue(self, function: str, arguments: Mapping[str, object]) -> None:
        """Put a job back, with all its own arguments, for a worker with another inventory. It
        stays the cluster's queued respond, if it was that: `flight` names the job taken."""


class Heart(Protocol):
    """Beats for a job from a thread of its own."""

    def beating(self, cluster: str, job: str, hosts: Sequence[str]) -> AbstractContextManager[None]:
        """Signs of life until the block ends."""
