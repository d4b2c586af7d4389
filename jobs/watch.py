"""What every look at one NodeBalancer needs: whose it is, where it should lead, and how to ask."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from jobs.audit import Draft, Kind
from jobs.balancer.found import FoundBalancer, FoundConfig
from jobs.balancer.landing import Landing, Untried, landing
from jobs.balancer.wanted import WantedBalancer, wanted
from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.host import Mission
from jobs.inventory import Address, Inventory, NodeBalancer, Target
from jobs.means import Means
from jobs.ports import Balancers, Clock

LOGIN_WITHIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Linode's API shows nothing, or does nothing: it cannot be asked, or knows no such NodeBalancer."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What Linode's API shows. `hindered` says why it could not be mended, where it needed to be."""

    balancer: FoundBalancer
    config: FoundConfig
    hindered: Unseen | None = None


Sight = Seen | Unseen


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One NodeBalancer on its way to a leader. `name` is the inventory's."""

    means: Means
    name: str

    @property
    def mission(self) -> Mission:
        return self.means.mission

    @property
    def clock(self) -> Clock:
        return self.means.hands.clock

    @property
    def inventory(self) -> Inventory:
        return self.means.hands.inventory

    @property
    def fence(self) -> Fence:
        return self.mission.leadership.fence

    @property
    def target(self) -> str:
        return str(Target(kind="nodebalancer", name=self.name))

    @property
    def balancers(self) -> Balancers:
        """The API's hand; who has seen something through it has it."""
        assert self.means.balancers is not None
        return self.means.balancers

    @property
    def leader(self) -> str:
        return self.mission.leadership.member

    @cached_property
    def table(self) -> NodeBalancer:
        return self.inventory.nodebalancers[self.name]

    @cached_property
    def want(self) -> WantedBalancer:
        return wanted(self.inventory, self.name)

    def endpoint(self, sight: Sight | None) -> Address | None:
        """Where applications log in: by the inventory, else by Linode's word."""
        told = sight.balancer.ipv4 if isinstance(sight, Seen) else None
        known = Address(host=told, port=self.table.port) if told else None
        return self.table.endpoint or known

    def login(self, sight: Sight | None) -> Landing:
        """Log in through the balancer's own address, and see where that lands."""
        at = self.endpoint(sight)
        if at is None:
            return Untried(reason="no login was tried: its address is not in the inventory")
        record = MemberRecord(name=self.target, conn_url=f"postgres://{at}/", api_url="")
        cluster, witness = self.mission.cluster, self.means.hands.witness
        claim = witness.writable(cluster, record, timeout=LOGIN_WITHIN)
        return landing(claim, self.fence)

    def tell(self, outcome: str, *, key: str, **evidence: Any) -> None:
        """Append an entry of its own, once for a key and fence."""
        self.means.tell(self.draft(outcome, key=key, **evidence))

    def draft(self, outcome: str, *, key: str, **evidence: Any) -> Draft:
        """An entry about this balancer. In an incident it says how long after the proof it was."""
        fence = self.fence
        told = {"balancer": self.name, "outcome": outcome, "member": self.leader}
        return Draft(
            id=f"{self.target}:{fence}:{key}",
            kind=Kind.BALANCER,
            incident=self.mission.incident,
            seconds=self.means.known_for() if self.mission.incident else None,
            evidence={**told, "fence": asdict(fence), **evidence},
        )
