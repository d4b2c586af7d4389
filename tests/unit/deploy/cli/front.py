"""An operator whose cluster stands behind a NodeBalancer: without it three files would lay that table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.balancer.found import FoundBalancer, FoundFirewall, Knock, Rule
from jobs.claims import MemberRecord
from jobs.inventory import Address
from tests.fakes.balancers import FakeBalancers
from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.unit.jobs.balancer.values import LINODE, found
from tests.world import INVENTORY, MEMBERS, make_world

WALL = FoundFirewall(
    label="db-nodes",
    policy="DROP",
    inbound=(Rule(action="ACCEPT", protocol="TCP", ports="5432", addresses=("192.168.255.0/24",)),),
)


@dataclass(slots=True)
class Fronted(Operator):
    """`linode` is what stands there, `knocks` what the members' ports answer."""

    @property
    def linode(self) -> FakeBalancers:
        assert isinstance(self.world.balancers, FakeBalancers)
        return self.world.balancers

    def stands(self, balancer: FoundBalancer) -> None:
        self.linode.put(balancer)

    def answer(self, statuses: Mapping[str, int], port: int = 5432) -> None:
        """What each member's port says to GET /primary."""
        for member, status in statuses.items():
            at = Address(host=MEMBERS[member], port=port)
            self.linode.knocks[at] = Knock(kind="http", status=status)


def front(folder: Path, old: str = "", new: str = "") -> Fronted:
    """pg1 leads and is UP, and nothing is wrong; `old` is `new` in the inventory."""
    text = INVENTORY.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433') + LINODE
    assert old in text
    world = make_world(text.replace(old, new) if old else text)
    world.balancers = FakeBalancers()
    ann = Fronted(desk=FakeDesk(world), folder=folder)
    for name, host in MEMBERS.items():
        url = f"postgres://{host}:5433/postgres"
        record = MemberRecord(name=name, conn_url=url, api_url=f"http://{host}:8008/patroni")
        world.dcs.put_member("shop", record)
        ann.linode.machines[name] = (WALL,)
    ann.answer({"pg1": 200, "pg2": 503, "pg3": 503})
    ann.stands(found())
    return ann
