"""What lies behind Linode's API, in memory: whose check passes, where a login lands, what may be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.balancer.change import Change, SetMode
from jobs.balancer.found import FoundNode, Knock
from jobs.claims import SqlAnswer
from jobs.fence import Fence, Standing
from jobs.inventory import Address
from jobs.zone import RecordChange, held_fence
from tests.fakes.balancers import REFUSED, FakeBalancers
from tests.fakes.records import FakeRecords
from tests.unit.jobs.road.front import Front
from tests.unit.jobs.road.watched import proven
from tests.world import MEMBERS, World

BY_ADDRESS = {address: member for member, address in MEMBERS.items()}


@dataclass(slots=True)
class Witnessed:
    """Writes down, in `wrong`, every change at Linode that should not have been made."""

    world: World
    wrong: list[str]

    def leads(self, member: str) -> bool:
        """While etcd is gone, whoever still accepts writes may have led a moment ago."""
        key = self.world.dcs._view("shop").leader
        holds = key is not None and key.member == member
        if holds or self.world.dcs.unavailable is None:
            return holds
        answer = self.world.witness._sql("shop", member, leads=False)
        return isinstance(answer, SqlAnswer) and answer.writable

    def proven(self) -> None:
        """Whoever leads now was confirmed, and by this very epoch."""
        key = self.world.dcs._view("shop").leader
        epochs = {fence.epoch for fence in proven(self.world)}
        known = key is not None and key.epoch in epochs
        self.must(known or self.world.dcs.unavailable is not None, "changed without a verdict")

    def must(self, holds: object, what: str) -> None:
        if not holds:
            self.wrong.append(what)


@dataclass(slots=True)
class Plane(Front):
    """A NodeBalancer with checks of its own: `honest` ones see at once who leads, others stay as they
    were. `muxless` are members whose mux does not run."""

    witnessed: Witnessed | None = None
    honest: bool = True
    muxless: set[str] = field(default_factory=set)
    logins: int = 0

    def lag(self) -> None:
        """From now on the checks notice nothing."""
        shown = {n.label: n.status for n in self._nodes()}
        self.honest = False
        self.turn(**shown)

    def goes_to(self, *members: str) -> None:
        """Exactly these pass their checks, whoever leads."""
        self.honest = False
        self.up(*members)

    def landings(self) -> Iterator[str | None]:
        """One login after the other, in turns over the nodes that take traffic."""
        while True:
            ways = [n for n in self._nodes() if n.mode == "accept" and n.status == "UP"]
            self.logins += 1
            way = ways[self.logins % len(ways)] if ways else None
            yield None if way is None else BY_ADDRESS.get(way.address.host)

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        """What the mux there says of its member."""
        member = BY_ADDRESS.get(address.host)
        if member is None or member in self.muxless or self.witnessed is None:
            return REFUSED
        return Knock(kind="http", status=200 if self.witnessed.leads(member) else 503)

    def _make(self, change: Change) -> None:
        assert self.witnessed is not None
        witnessed, before = self.witnessed, self.accepted()
        witnessed.proven()
        FakeBalancers._make(self, change)
        if witnessed.world.inventory.nodebalancers["front"].modes == "enforce":
            few = len(self.accepted()) <= max(1, len(before))
            witnessed.must(few, f"{before} took traffic, and now {self.accepted()}")
        if isinstance(change, SetMode) and change.mode == "accept":
            witnessed.must(witnessed.leads(change.label), f"{change.label} let in, and leads not")

    def _nodes(self) -> tuple[FoundNode, ...]:
        return tuple(n for b in self.found.values() for n in self._shown(b).configs[0].nodes)

    def _status(self, node: FoundNode) -> str:
        member = BY_ADDRESS.get(node.address.host)
        if member in self.muxless:
            return "DOWN"
        if not self.honest or node.mode == "reject" or self.witnessed is None:
            return FakeBalancers._status(self, node)
        key = self.witnessed.world.dcs._view("shop").leader
        return "UP" if key is not None and key.member == member else "DOWN"


@dataclass(slots=True)
class WatchedRecords(FakeRecords):
    """Zones that hold every change to the invariants."""

    witnessed: Witnessed | None = None

    def apply(self, change: RecordChange, *, timeout: float) -> None:
        if self.unavailable is None:
            self._hold(change)
        FakeRecords.apply(self, change, timeout=timeout)

    def _hold(self, change: RecordChange) -> None:
        assert self.witnessed is not None
        self.witnessed.proven()
        fence = held_fence(change.target)
        if fence is None:
            leads = self.witnessed.leads(BY_ADDRESS.get(change.target, ""))
            self.witnessed.must(leads, f"the record names {change.target}, who leads not")
        else:
            grows = fence.stands_against(self._fence()) in {
                Standing.FIRST,
                Standing.SAME,
                Standing.HIGHER,
            }
            self.witnessed.must(grows, f"the zone's fence fell to {fence}")

    def _fence(self) -> Fence | None:
        return held_fence(self.record("example.com", "_pgbaton.db", "TXT") or "")
