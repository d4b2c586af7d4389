"""From what is wanted and what is there to what would change, line by line, and why the rest is left."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.provision.balancers import balancer_items
from deploy.provision.found import Found, FoundLinode, FoundVpc
from deploy.provision.item import Item, Reason, Verdict, create, differs, foreign, leave
from deploy.provision.steps import (
    Attach,
    CreateGroup,
    CreateLinode,
    CreateSubnet,
    CreateVpc,
    Step,
    Waits,
)
from deploy.provision.walls import wall_items
from deploy.provision.wanted import Wanted, WantedGroup, WantedLinode

__all__ = ["SIGNATURE", "Item", "Reason", "Verdict", "plan"]

SIGNATURE = "made by pgbaton provision"
"""A VPC's description, since it cannot have tags: by this it is known as ours."""


def plan(want: Wanted, found: Found) -> tuple[Item, ...]:
    """Everything that is wanted, in the order in which it comes about. Nothing is ever taken away,
    and what does not exist yet shows as waiting: after each step one looks and plans again."""
    return tuple(_items(want, found))


def subnet_of(want: Wanted, found: Found) -> int | None:
    """The id of our subnet, once it is there."""
    vpc = found.vpcs.get(want.vpc.label)
    if vpc is None or _vpc_differs(want, vpc) is not None:
        return None
    return next((s.id for s in vpc.subnets if s.network == want.vpc.network), None)


def _items(want: Wanted, found: Found) -> Iterator[Item]:
    yield from (_group(want, found, group) for group in want.groups)
    yield _vpc(want, found)
    yield from wall_items(want, found, front=False)
    for linode in want.linodes:
        yield from _linode(want, found, linode)
    for name, address in want.elsewhere.items():
        yield Item(
            kind="Linode",
            label=name,
            verdict="leave",
            reason=Reason.ELSEWHERE,
            detail=f"is at {address}, outside {want.vpc.network}: not ours to create",
        )
    yield from wall_items(want, found, front=True)
    subnet = subnet_of(want, found)
    for balancer in want.balancers:
        yield from balancer_items(want, found, balancer, subnet)


def _group(want: Wanted, found: Found, group: WantedGroup) -> Item:
    there, shown = found.groups.get(group.label), f"{group.policy}, {len(group.linodes)} Linodes"
    if there is None:
        step = CreateGroup(want=group, region=want.region)
        return create("placement group", group.label, shown, step)
    ours = {found.linodes[one].id for one in group.linodes if one in found.linodes}
    if strangers := there.linodes - ours:
        ids = ", ".join(map(str, sorted(strangers)))
        return foreign("placement group", group.label, f"holds Linodes that are not ours: {ids}")
    if there.region != want.region:
        detail = f"is in {there.region}, wanted in {want.region}"
        return differs("placement group", group.label, Reason.REGION, detail)
    if there.policy != group.policy:
        detail = f"is {there.policy}, wanted {group.policy}: Linode cannot change that"
        return differs("placement group", group.label, Reason.POLICY, detail)
    return leave("placement group", group.label, shown)


def _vpc(want: Wanted, found: Found) -> Item:
    label, network, there = want.vpc.label, want.vpc.network, found.vpcs.get(want.vpc.label)
    if there is None:
        step = CreateVpc(want=want.vpc, region=want.region)
        return create("VPC", label, f"with subnet {network}", step)
    if not there.description.startswith(SIGNATURE):
        return foreign("VPC", label, f'its description does not begin with "{SIGNATURE}"')
    if (item := _vpc_differs(want, there)) is not None:
        return item
    if any(subnet.network == network for subnet in there.subnets):
        return leave("VPC", label, f"with subnet {network}")
    return create("subnet", label, network, CreateSubnet(vpc=there.id, want=want.vpc))


def _vpc_differs(want: Wanted, there: FoundVpc) -> Item | None:
    """Why the VPC cannot be used as it is. A subnet cannot get another network."""
    if there.region != want.region:
        detail = f"is in {there.region}, wanted in {want.region}"
        return differs("VPC", there.label, Reason.REGION, detail)
    other = [s.network for s in there.subnets if s.label == want.vpc.label]
    if other and other[0] != want.vpc.network:
        detail = f"its subnet is {other[0]}, wanted {want.vpc.network}: Linode cannot change that"
        return differs("VPC", there.label, Reason.NETWORK, detail)
    return None


def _linode(want: Wanted, found: Found, linode: WantedLinode) -> Iterator[Item]:
    there = found.linodes.get(linode.label)
    if there is None:
        detail = f"{linode.type}, {linode.address} ({', '.join(linode.roles) or 'nothing yet'})"
        step = _birth(want, found, linode)
        yield create("Linode", linode.label, detail, step, price=linode.type)
    elif want.tags[0] not in there.tags:
        yield foreign("Linode", linode.label, f'has no tag "{want.tags[0]}"')
    else:
        yield from _linode_there(want, found, linode, there)


def _birth(want: Wanted, found: Found, linode: WantedLinode) -> Step | Waits:
    """With everything that it needs from its first second on."""
    subnet, wall = subnet_of(want, found), found.walls.get(linode.firewall)
    wants_group = any(group.label == linode.group for group in want.groups)
    group = found.groups.get(linode.group or "") if wants_group else None
    lacks = {
        "the subnet": subnet is None,
        f"firewall {linode.firewall}": wall is None,
        f"placement group {linode.group}": wants_group and group is None,
    }
    if subnet is None or wall is None or any(lacks.values()):
        return Waits(needs=tuple(name for name, missing in lacks.items() if missing))
    return CreateLinode(
        want=linode,
        region=want.region,
        subnet=subnet,
        wall=wall.id,
        group=None if group is None else group.id,
        tags=want.tags,
    )


def _linode_there(
    want: Wanted, found: Found, linode: WantedLinode, there: FoundLinode
) -> Iterator[Item]:
    """What of it differs is named, each thing by itself; nothing of it is changed but its firewall."""
    told = (*_apart(want, found, linode, there), *_guard(found, linode, there))
    yield from told
    if not told:
        status = "" if there.status == "running" else f", {there.status}"
        detail = f"{there.type}, {linode.address}{status}"
        yield leave("Linode", linode.label, detail, price=there.type)


def _guard(found: Found, linode: WantedLinode, there: FoundLinode) -> Iterator[Item]:
    """What is wrong with its firewall: one Linode has one."""
    walls = [w for w in found.walls.values() if ("linode", there.id) in w.devices]
    ours = found.walls.get(linode.firewall)
    if ours is None or ours in walls:
        return
    if walls:
        detail = f"is behind {walls[0].label}, wanted behind {ours.label}: one Linode has one"
        yield differs("Linode", linode.label, Reason.GUARDED_BY_ANOTHER, detail, price=there.type)
        return
    yield Item(
        kind="Linode",
        label=linode.label,
        verdict="change",
        reason=Reason.UNGUARDED,
        detail=f"has no firewall; put behind {ours.label}",
        step=Attach(
            wall=ours.id, wall_label=ours.label, kind="linode", id=there.id, label=linode.label
        ),
        price=there.type,
    )


def _apart(want: Wanted, found: Found, linode: WantedLinode, there: FoundLinode) -> Iterator[Item]:
    for reason, what, has, must in (
        (Reason.REGION, "region", there.region, want.region),
        (Reason.PLAN, "type", there.type, linode.type),
        (Reason.IMAGE, "image", there.image, linode.image),
        (Reason.ADDRESS, "VPC address", there.address or "none", linode.address),
    ):
        if has != must:
            detail = f"its {what} is {has}, wanted {must}"
            yield differs("Linode", linode.label, reason, detail, price=there.type)
    group = found.groups.get(linode.group or "")
    wants_group = any(one.label == linode.group for one in want.groups)
    if wants_group and group is not None and there.group != group.id:
        detail = f"is not in placement group {group.label}; assign it there at Linode"
        yield differs("Linode", linode.label, Reason.NOT_IN_GROUP, detail, price=there.type)
