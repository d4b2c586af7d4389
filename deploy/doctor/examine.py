"""Asks everybody what a diagnosis rests on; each who does not answer is one thing less that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from deploy.doctor.evidence import Evidence, Unseen, Walls
from jobs.balancer.found import FoundBalancer, FoundFirewall, Knock
from jobs.balancer.wanted import WantedBalancer, WantedNode, wanted
from jobs.claims import Claims
from jobs.inventory import Inventory
from jobs.ports import Balancers, Fleet, LinodeUnavailable
from jobs.verdict import Confirmed, Verdict

KNOCK_WITHIN = 2.0
"""Seconds, as long as a NodeBalancer's own check may take."""

NO_TOKEN = Unseen(
    reason="the secret linode-token is not here",
    remedy="put it in PGBATON_LINODE_TOKEN, in the file that PGBATON_LINODE_TOKEN_FILE names, or in a "
    "systemd credential linode-token",
    refused=True,
)
REFUSED = {401, 403}


def unseen(error: LinodeUnavailable) -> Unseen:
    """What the API's refusal, or its silence, hides."""
    return Unseen(reason=error.reason, remedy=error.remedy, refused=error.status in REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Whom to ask. Without a token for Linode's API there are no `balancers`."""

    inventory: Inventory
    balancers: Balancers | None
    fleet: Fleet

    def of(self, balancer: str, claims: Claims, verdict: Verdict) -> Evidence:
        """The evidence about one of the inventory's; never raises."""
        table = self.inventory.nodebalancers[balancer]
        want = wanted(self.inventory, balancer)
        found = self._found(balancer)
        proven = verdict.leadership.member if isinstance(verdict, Confirmed) else None
        return Evidence(
            table=table,
            cluster=self.inventory.clusters[table.cluster],
            want=want,
            found=found,
            view=claims.before,
            leader=proven,
            unproven="" if proven else verdict.reason,
            walls={} if isinstance(found, Unseen) else self._walls(table.cluster, want),
            knocks={} if self.balancers is None else knocks(self.balancers, self.fleet, want),
        )

    def _found(self, balancer: str) -> FoundBalancer | Unseen | None:
        if self.balancers is None:
            return NO_TOKEN
        table = self.inventory.nodebalancers[balancer]
        try:
            return self.balancers.read(table, timeout=self.inventory.linode.timeout)
        except LinodeUnavailable as error:
            return unseen(error)

    def _walls(self, cluster: str, want: WantedBalancer) -> Walls:
        if self.balancers is None:
            return {}
        linode_of = self.inventory.clusters[cluster].linode_of
        machines = {w.member: linode_of(w.member) for w in want.nodes}
        found = dict(self.fleet.each([*machines.values()], partial(self._before, self.balancers)))
        return {member: found[machine] for member, machine in machines.items()}

    def _before(
        self, balancers: Balancers, machine: str
    ) -> tuple[FoundFirewall, ...] | Unseen | None:
        try:
            return balancers.firewalls(machine, timeout=self.inventory.linode.timeout)
        except LinodeUnavailable as error:
            return unseen(error)


def knocks(balancers: Balancers, fleet: Fleet, want: WantedBalancer) -> Mapping[str, Knock]:
    """What each member's port answers to the health check's request, in the members' order, so that
    the same findings are told in the same words."""
    path = str(want.settings["check_path"])

    def ask(node: WantedNode) -> Knock:
        return balancers.knock(node.address, path, timeout=KNOCK_WITHIN)

    heard = {node.member: knock for node, knock in fleet.each(want.nodes, ask)}
    return {node.member: heard[node.member] for node in want.nodes}
