"""NodeBalancers of the plan: created and completed; what serves already is changed by its own command."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from deploy.provision.found import Found
from deploy.provision.item import Item, Reason, create, differs, foreign, leave
from deploy.provision.steps import Attach, Balance, Step, Waits
from deploy.provision.wanted import Wanted
from jobs.balancer.change import Change, CreateBalancer, CreateConfig, CreateNode
from jobs.balancer.drift import differences, repairs
from jobs.balancer.found import FoundBalancer
from jobs.balancer.told import said
from jobs.balancer.wanted import WantedBalancer


def balancer_items(
    want: Wanted, found: Found, balancer: WantedBalancer, subnet: int | None
) -> Iterator[Item]:
    """What becomes of one. Only missing configurations and nodes are added to one that is there: to
    change a check under traffic asks for precautions, which `pgbaton nodebalancer apply` takes."""
    there, aim = found.balancers.get(balancer.label), _aimed(want, found, balancer, subnet)
    if there is None:
        yield _birth(want, found, balancer, aim)
    elif balancer.tags and not set(balancer.tags) & set(there.tags):
        yield foreign("NodeBalancer", there.label, f'has no tag "{balancer.tags[0]}"')
    elif aim is None:
        waits = Waits(needs=("the subnet and the firewall",))
        yield _change(there, Reason.INCOMPLETE, "waits for the subnet and the firewall", waits)
    else:
        yield from _there(want, found, aim, there)


def price_of(kind: str) -> str:
    """Linode's id of what a NodeBalancer of this type costs."""
    return "nodebalancer" if kind == "common" else f"nodebalancer-{kind}"


def _aimed(
    want: Wanted, found: Found, balancer: WantedBalancer, subnet: int | None
) -> WantedBalancer | None:
    """The NodeBalancer with the ids that only Linode knows; None while they are not there."""
    network = ipaddress.ip_network(want.vpc.network)
    inside = all(ipaddress.ip_address(node.address.host) in network for node in balancer.nodes)
    if inside and subnet is None:
        return None
    if inside:
        nodes = tuple(replace(node, subnet_id=subnet) for node in balancer.nodes)
        balancer = replace(balancer, subnet_id=subnet, nodes=nodes)
    if balancer.firewall_id is not None or want.front is None:
        return balancer
    wall = found.walls.get(want.front.label)
    return None if wall is None else replace(balancer, firewall_id=wall.id)


def _birth(
    want: Wanted, found: Found, balancer: WantedBalancer, aim: WantedBalancer | None
) -> Item:
    """After the Linodes: it takes four addresses of the subnet, which must not be theirs."""
    lacks = [one.label for one in want.linodes if one.label not in found.linodes]
    nodes = ", ".join(node.label for node in balancer.nodes)
    step: Step | Waits = Waits(needs=tuple(lacks))
    if aim is not None and not lacks:
        step = Balance(label=balancer.label, change=CreateBalancer(wanted=aim))
    detail, price = f"port {balancer.port}, nodes {nodes}", price_of(balancer.type)
    return create("NodeBalancer", balancer.label, detail, step, price=price)


def _there(want: Wanted, found: Found, aim: WantedBalancer, there: FoundBalancer) -> Iterator[Item]:
    cost = price_of(there.type)
    steps = [step for step in repairs(aim, there) if _adds(step)]
    attach = _attach(want, found, aim, there)
    for step in steps:
        yield _change(there, Reason.INCOMPLETE, said(step), Balance(label=there.label, change=step))
    if attach is not None:
        yield _change(there, Reason.UNGUARDED, f"put behind {attach.wall_label}", attach)
    adding = any(isinstance(step, CreateConfig) for step in steps)
    apart = () if adding else _apart(aim, there)
    for told in apart:
        yield differs("NodeBalancer", there.label, Reason.SETTINGS, told, price=cost)
    if not (steps or attach or apart):
        nodes = ", ".join(node.label for node in aim.nodes)
        detail = f"{there.ipv4 or 'no address'}, port {aim.port}, nodes {nodes}"
        yield leave("NodeBalancer", there.label, detail, price=cost)


def _adds(change: Change) -> bool:
    return isinstance(change, CreateConfig | CreateNode)


def _change(there: FoundBalancer, reason: Reason, detail: str, step: Step | Waits) -> Item:
    return Item(
        kind="NodeBalancer",
        label=there.label,
        verdict="change",
        reason=reason,
        detail=detail,
        step=step,
        price=price_of(there.type),
    )


def _attach(want: Wanted, found: Found, aim: WantedBalancer, there: FoundBalancer) -> Attach | None:
    """Where it has no firewall at all; a NodeBalancer may have one only, and may have another."""
    if want.front is None or (wall := found.walls.get(want.front.label)) is None:
        return None
    device = ("nodebalancer", there.id)
    if aim.firewall_id != wall.id or any(device in one.devices for one in found.walls.values()):
        return None
    return Attach(
        wall=wall.id, wall_label=wall.label, kind="nodebalancer", id=there.id, label=there.label
    )


def _apart(aim: WantedBalancer, there: FoundBalancer) -> tuple[str, ...]:
    """What differs and is no addition, as sentences."""
    missing = {
        f"node {step.node.label}" for step in repairs(aim, there) if isinstance(step, CreateNode)
    }
    return tuple(
        f"{one}; see pgbaton nodebalancer apply {aim.id} --plan" if one.mends else str(one)
        for one in differences(aim, there)
        if one.where not in missing
    )
