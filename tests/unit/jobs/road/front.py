"""A cluster behind a NodeBalancer, in memory: shop hosts at the leader and behind the balancer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jobs.balancer.change import Change, CreateNode, SetConfig, SetMode
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.inventory import Address, NodeBalancer
from jobs.ports import LinodeUnavailable
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
class Front:
    """`jobs.ports.Balancers` over one NodeBalancer. `gone` is raised by whatever asks the API;
    `meanwhile` is called after each change, to die in between."""

    has: FoundBalancer | None = field(default_factory=found)
    gone: LinodeUnavailable | None = None
    changes: list[Change] = field(default_factory=list)
    asked: int = 0
    knocks: dict[str, Knock] = field(default_factory=dict)
    meanwhile: Callable[[Change], None] | None = None

    def up(self, *members: str) -> None:
        """Let exactly these be UP."""
        assert self.has is not None
        config = self.has.configs[0]
        now = tuple(
            replace(n, status="UP" if n.label in members and n.mode == "accept" else "DOWN")
            for n in config.nodes
        )
        self._set(replace(config, nodes=now))

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        self._ask()
        return self.has

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        self._ask()
        assert self.has is not None
        return self.has.configs[0].nodes

    def apply(self, change: Change, *, timeout: float) -> None:
        self._ask()
        self.changes.append(change)
        assert self.has is not None
        config = self.has.configs[0]
        match change:
            case SetConfig():
                self._set(replace(config, settings={**config.settings, **change.settings}))
            case CreateNode():
                made = FoundNode(
                    id=len(config.nodes) + 10,
                    label=change.node.label,
                    address=change.node.address,
                    mode=change.mode,
                )
                self._set(replace(config, nodes=(*config.nodes, made)))
            case SetMode():
                after = tuple(
                    replace(n, mode=change.mode) if n.id == change.id else n for n in config.nodes
                )
                self._set(replace(config, nodes=after))
            case _:
                raise AssertionError(change)
        if self.meanwhile is not None:
            self.meanwhile(change)

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        self._ask()
        return ()

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        return self.knocks.get(address.host, Knock(kind="refused"))

    def _ask(self) -> None:
        self.asked += 1
        if self.gone is not None:
            raise self.gone

    def _set(self, config: FoundConfig) -> None:
        assert self.has is not None
        self.has = replace(self.has, configs=(config,))


def make_front(*, more: str = "", modes: str = "observe") -> tuple[World, Front]:
    """web1 and web2 at the leader, web3 behind the balancer; pg1 leads and is UP."""
    key = INVENTORY.split('host_keys = ["')[1].split('"')[0]
    text = INVENTORY.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433')
    behind = BEHIND.format(key=key, env=ENV)
    world = make_world(text + LINODE + f'modes = "{modes}"\n' + behind + more)
    front = Front(has=found(nodes("pg1")))
    world.balancers = front
    world.witness.through[FRONT] = "pg1"
    web3 = world.hosts.at("10.0.1.3")
    web3.files[ENV] = b"APP=shop\nDB_HOST=192.0.2.10\nDB_PORT=5432\n"
    return world, front
