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
from jobs.errand import Errand, tell
from jobs.fence import Fence
from jobs.host import Mission
from jobs.inventory import Address, NodeBalancer, Target
from jobs.ports import Balancers
from jobs.tools import Tools

LOGIN_WITHIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What Linode's API shows. `hindered` says why it could not be mended, where it needed to be."""

    balancer: FoundBalancer
    config: FoundConfig
    hindered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Linode's API shows nothing: it cannot be asked, or knows no such NodeBalancer."""

    reason: str
    remedy: str = ""


Sight = Seen | Unseen


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One NodeBalancer, watched on one job's errand. `name` is the inventory's."""

    errand: Errand
    name: str

    @property
    def tools(self) -> Tools:
        return self.errand.tools

    @property
    def mission(self) -> Mission:
        return self.errand.mission

    @property
    def fence(self) -> Fence:
        return self.mission.leadership.fence

    @property
    def target(self) -> str:
        return str(Target(kind="nodebalancer", name=self.name))

    @property
    def balancers(self) -> Balancers:
        """The API's hand; who has seen something through it has it."""
        assert self.tools.balancers is not None
        return self.tools.balancers

    @property
    def leader(self) -> str:
        return self.mission.leadership.member

    @cached_property
    def table(self) -> NodeBalancer:
        return self.tools.inventory.nodebalancers[self.name]

    @cached_property
    def want(self) -> WantedBalancer:
        return wanted(self.tools.inventory, self.name)

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
        cluster, witness = self.mission.cluster, self.tools.witness
        claim = witness.writable(cluster, record, timeout=LOGIN_WITHIN)
        return landing(claim, self.fence)

    def since_verified(self) -> float:
        """Seconds since the leader was proven."""
        return self.tools.clock.now() - self.mission.verified

    def tell(self, outcome: str, *, key: str, **evidence: Any) -> None:
        """Append an entry of its own, once for a key and fence."""
        tell(self.tools, self.mission.cluster, self.draft(outcome, key=key, **evidence))

    def draft(self, outcome: str, *, key: str, **evidence: Any) -> Draft:
        """An entry about this balancer. In an incident it says how long after the proof it was."""
        fence = self.fence
        told = {"balancer": self.name, "outcome": outcome, "member": self.leader}
        return Draft(
            id=f"{self.target}:{fence}:{key}",
            kind=Kind.BALANCER,
            incident=self.mission.incident,
            seconds=self.since_verified() if self.mission.incident else None,
            evidence={**told, "fence": asdict(fence), **evidence},
        )
