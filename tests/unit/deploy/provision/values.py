"""An architecture as tests want it, and an account in memory in which each step comes true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deploy.provision import Found, Item, Wanted, bring, plan, wanted
from deploy.provision.bring import Pace
from deploy.provision.found import FoundGroup, FoundLinode, FoundSubnet, FoundVpc, FoundWall
from deploy.provision.plan import SIGNATURE
from deploy.provision.steps import (
    Attach,
    Balance,
    CreateGroup,
    CreateLinode,
    CreateSubnet,
    CreateVpc,
    CreateWall,
    SetRules,
    Step,
)
from deploy.provision.walls import CLOSED
from jobs.balancer.change import CreateBalancer, CreateConfig, CreateNode
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.inventory import Inventory, NodeBalancer, load_inventory

TEXT = """
[redis]
url = "redis://10.0.0.31:6379/0"
[webhook]
urls = ["http://10.0.0.31:8000/events"]
[deploy]
operators = ["203.0.113.0/24"]
[provision]
region = "us-ord"
[etcd.main]
endpoints = ["http://10.0.0.11:2379", "http://10.0.0.12:2379", "http://10.0.0.13:2379"]
machines = { etcd1 = "10.0.0.11", etcd2 = "10.0.0.12", etcd3 = "10.0.0.13" }
[clusters.shop]
etcd = "main"
scope = "shop"
postgresql_port = 5433
machines = { pg1 = "10.0.0.21", pg2 = "10.0.0.22" }
[clusters.shop.mux]
port = 5432
[nodebalancers.front]
cluster = "shop"
label = "shop-front"
[machines.ctl1]
address = "10.0.0.31"
runs = ["redis", "web", "worker"]
"""


def inventory(old: str = "", new: str = "", *, more: str = "") -> Inventory:
    """The architecture with something else in one place, and with more at its end."""
    assert old in TEXT
    found = load_inventory(TEXT.replace(old, new, 1) + more if old else TEXT + more)
    assert isinstance(found, Inventory), found
    return found


def want(old: str = "", new: str = "", *, more: str = "") -> Wanted:
    return wanted(inventory(old, new, more=more), keys=["ssh-ed25519 AAAA push"])


@dataclass(slots=True)
class Memory:
    """The account: a `Hand` in memory, whose every effect counts. `ids` are never given twice."""

    found: Found = field(default_factory=Found)
    made: list[Step] = field(default_factory=list)
    _ids: int = 0

    def look(self, vpc: str, balancers: Sequence[NodeBalancer]) -> Found:
        return self.found

    def statuses(self) -> dict[str, str]:
        return {label: one.status for label, one in self.found.linodes.items()}

    def make(self, step: Step) -> None:
        self.made.append(step)
        self._ids += 1
        self.found = _after(step, self.found, self._ids)


def _after(step: Step, found: Found, number: int) -> Found:  # noqa: PLR0911 - one for each kind
    match step:
        case CreateGroup(want=group):
            made = FoundGroup(id=number, label=group.label, region=step.region, policy=group.policy)
            return replace(found, groups={**found.groups, made.label: made})
        case CreateVpc(want=vpc):
            subnet = FoundSubnet(id=number, label=vpc.label, network=vpc.network)
            net = FoundVpc(
                id=number,
                label=vpc.label,
                region=step.region,
                description=SIGNATURE,
                subnets=(subnet,),
            )
            return replace(found, vpcs={net.label: net})
        case CreateSubnet(want=vpc):
            subnet = FoundSubnet(id=number, label=vpc.label, network=vpc.network)
            net = replace(found.vpcs[vpc.label], subnets=(subnet,))
            return replace(found, vpcs={net.label: net})
        case CreateWall():
            return _walled(found, wall(step.label, step.rules, id=number, tags=step.tags))
        case SetRules():
            return _walled(found, replace(found.walls[step.label], inbound=step.inbound))
        case Attach():
            return _attached(found, step.wall_label, (step.kind, step.id))
        case CreateLinode():
            return _born(found, step, number)
        case Balance():
            return _balanced(found, step, number)


def wall(label: str, rules: Sequence[Any], **more: Any) -> FoundWall:
    blank: dict[str, Any] = {
        "id": 1,
        "tags": ("pgbaton",),
        "enabled": True,
        "policies": CLOSED,
        "outbound": (),
        "devices": frozenset(),
    }
    return FoundWall(label=label, inbound=tuple(rules), **{**blank, **more})


def _walled(found: Found, one: FoundWall) -> Found:
    return replace(found, walls={**found.walls, one.label: one})


def _attached(found: Found, label: str, device: tuple[str, int]) -> Found:
    one = found.walls[label]
    return _walled(found, replace(one, devices=one.devices | {device}))


def _born(found: Found, step: CreateLinode, number: int) -> Found:
    one = FoundLinode(
        id=number,
        label=step.want.label,
        region=step.region,
        type=step.want.type,
        image=step.want.image,
        status="running",
        tags=step.tags,
        group=step.group,
        address=step.want.address,
        public=f"198.51.100.{number}",
    )
    groups = {
        label: replace(g, linodes=g.linodes | {number}) if g.id == step.group else g
        for label, g in found.groups.items()
    }
    here = replace(found, linodes={**found.linodes, one.label: one}, groups=groups)
    return _attached(here, step.want.firewall, ("linode", number))


def _balanced(found: Found, step: Balance, number: int) -> Found:
    match step.change:
        case CreateBalancer(wanted=asked):
            made = FoundBalancer(
                id=number,
                label=asked.label,
                region=asked.region or "",
                ipv4="192.0.2.1",
                tags=asked.tags,
            )
            here = replace(found, balancers={made.label: made})
            front = next(w for w in found.walls.values() if w.id == asked.firewall_id)
            return _attached(here, front.label, ("nodebalancer", number))
        case CreateConfig(port=port, settings=settings):
            there = found.balancers[step.label]
            config = FoundConfig(id=number, port=port, settings=dict(settings))
            return replace(found, balancers={there.label: replace(there, configs=(config,))})
        case CreateNode(node=node):
            there = found.balancers[step.label]
            [config] = there.configs
            added = FoundNode(id=number, label=node.label, address=node.address)
            config = replace(config, nodes=(*config.nodes, added))
            return replace(found, balancers={there.label: replace(there, configs=(config,))})
        case _:
            raise AssertionError(step)


def standing(asked: Wanted) -> Found:
    """The account once everything is there."""
    memory = Memory()
    bring(memory, asked, [], Pace(sleep=lambda _: None, tell=lambda _: None))
    return memory.found


def line(asked: Wanted, found: Found, label: str) -> Item:
    """The one line about a thing."""
    [item] = [i for i in plan(asked, found) if i.label == label and i.kind != "VPC"]
    return item
