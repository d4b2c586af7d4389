"""A cluster behind a NodeBalancer, in memory: shop hosts at the leader and behind the balancer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.audit import Kind
from jobs.balancer.change import Change
from jobs.balancer.found import FoundNode
from tests.fakes.balancers import FakeBalancers
from tests.unit.jobs.balancer.values import LINODE, found, nodes
from tests.world import ENV, INVENTORY, World, make_world

FRONT = "nodebalancer:front"
BEHIND = """
[hosts.web3]
address = "10.0.1.3"
host_keys = ["{key}"]
[applications.behind]
cluster = "shop"
hosts = ["web3"]
endpoint = "nodebalancer"
services = [{{ name = "store" }}]
[[applications.behind.files]]
path = "{env}"
keys = {{ DB_HOST = "{{host}}", DB_PORT = "{{port}}" }}
"""


@dataclass(slots=True)
class Front(FakeBalancers):
    """One NodeBalancer; `meanwhile` is called after each change, to see what follows or to die."""

    meanwhile: Callable[[Change], None] | None = None

    def stands(self, *of: FoundNode, **settings: str | int | bool) -> None:
        """Let it be as wanted but for these nodes and settings."""
        self.put(found(of or nodes("pg1"), **settings))

    def up(self, *members: str) -> None:
        """Let exactly these pass their checks."""
        self.turn(**{m: "UP" if m in members else "DOWN" for m in ("pg1", "pg2", "pg3")})

    def apply(self, change: Change, *, timeout: float) -> None:
        FakeBalancers.apply(self, change, timeout=timeout)
        if self.meanwhile is not None:
            self.meanwhile(change)

    def accepted(self) -> list[str]:
        """The members whose node takes traffic."""
        [one] = self.found.values()
        return [n.label for n in one.configs[0].nodes if n.mode == "accept"]


def make_front(*, more: str = "", modes: str = "observe") -> tuple[World, Front]:
    """web1 and web2 at the leader, web3 behind the balancer; pg1 leads and is UP."""
    key = INVENTORY.split('host_keys = ["')[1].split('"')[0]
    text = INVENTORY.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433')
    behind = BEHIND.format(key=key, env=ENV)
    world = make_world(text + LINODE + f'modes = "{modes}"\nwithin = 10\n' + behind + more)
    front = Front()
    front.stands()
    world.balancers = front
    world.witness.through[FRONT] = "pg1"
    web3 = world.hosts.at("10.0.1.3")
    web3.files[ENV] = b"APP=shop\nDB_HOST=192.0.2.10\nDB_PORT=5432\n"
    return world, front


def arrive(world: World, front: Front, member: str, *, up: Sequence[str] = ()) -> None:
    """The balancer's own checks have noticed: logins land on the member, which is UP."""
    world.witness.through[FRONT] = member
    front.up(*(up or (member,)))


def told(world: World) -> list[dict[str, Any]]:
    """What the trail says of NodeBalancers."""
    return world.told(Kind.BALANCER)
