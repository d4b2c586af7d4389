"""Clusters, hosts and time: what the jobs need of the world besides state and Linode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from jobs.claims import Claims, ClusterView, LeaderKey, MemberRecord, RestClaim, SqlClaim, Unknown
from jobs.inventory import Host
from jobs.remote import HostFailure, LiftRequest, ReadReply, ReadRequest, SwapReply, SwapRequest
from jobs.stopping import StopOrder, StopReply

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRef:
    """Where one cluster's keys stand in etcd."""

    cluster: str
    namespace: str
    scope: str

    @property
    def path(self) -> str:
        """The common prefix of the cluster's keys, built as Patroni builds it."""
        return _path(self.namespace, self.scope)


@cache
def _path(namespace: str, scope: str) -> str:
    """Asked for several times a cluster and look."""
    return re.sub("/+", "/", f"/{namespace}/{scope}/")


class Dcs(Protocol):
    """One etcd cluster, read linearizably. All raise DcsUnavailable within `timeout` seconds."""

    def look(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        """Each cluster's keys, by cluster id, each in one transaction."""

    def glance(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        """The same with leader key and member records alone, in as few requests as it takes: what
        else a view says is as for a cluster of which nothing is known."""

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


class MemberHand(Protocol):
    """A database machine's one verb."""

    def stop(
        self,
        host: Host,
        order: StopOrder,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> StopReply | HostFailure:
        """Stop a stale primary's PostgreSQL, or ask whether that could be done. `confirm` is asked
        right before the order is sent, as for a swap. Safe to repeat."""


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


class Heart(Protocol):
    """Beats for a job from a thread of its own."""

    def beating(self, cluster: str, job: str, hosts: Sequence[str]) -> AbstractContextManager[None]:
        """Signs of life until the block ends."""
