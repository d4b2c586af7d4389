"""The hand at Linode's account: looks at what provisioning cares for, and makes one step at a time."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

import requests

from deploy.provision.found import Found, FoundLinode
from deploy.provision.offer import Offer
from deploy.provision.plan import SIGNATURE
from deploy.provision.reading import group_of, lease_of, linode_of, offer_of, vpc_of, wall_of
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
from jobs.inventory import NodeBalancer
from jobs.ports import LinodeUnavailable
from workers.linode import Api, Call, LinodeBalancers
from workers.linode.changes import create, labelled
from workers.linode.rows import Row

T = TypeVar("T")

GROUPS, VPCS, WALLS = "/placement/groups", "/vpcs", "/networking/firewalls"
INSTANCES = "/linode/instances"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything here raises LinodeUnavailable. In seconds, `within` is how long one step may take, of
    which creating a Linode is the slow one, and `patient` one look: a dozen requests, which on a bad day
    take ten seconds each."""

    api: Api
    within: float = 30.0
    patient: float = 180.0

    def scopes(self) -> str | None:
        """The token's scopes, as Linode writes them; None where it does not say."""
        return self._ask(_scopes)

    def offer(self) -> Offer:
        """What Linode offers, and at which prices."""
        return self.api.ask(_offer, timeout=self.patient)

    def look(self, vpc: str, balancers: Sequence[NodeBalancer]) -> Found:
        """What there is, of VPC addresses those in the VPC with this label."""
        read = LinodeBalancers(self.api).read
        found = {b.label: read(b, timeout=self.patient) for b in balancers}
        there = {label: one for label, one in found.items() if one is not None}
        return self.api.ask(lambda call: _look(call, vpc, there), timeout=self.patient)

    def statuses(self) -> dict[str, str]:
        """How every Linode of the account fares, by label."""
        return self._ask(lambda call: {one.label: one.status for one in _machines(call, {})})

    def make(self, step: Step) -> None:
        """Make one step. What a lost reply hid is found by its label, and not made twice."""
        if isinstance(step, Balance):
            LinodeBalancers(self.api).apply(step.change, timeout=self.within)
        else:
            self._ask(lambda call: _make(call, step))

    def _ask(self, work: Callable[[Call], T]) -> T:
        return self.api.ask(work, timeout=self.within)


def _scopes(call: Call) -> str | None:
    """Said in a header of every answer, refusals included."""
    heard: list[str | None] = []

    def hear(answer: requests.Response, *_: Any, **__: Any) -> None:
        heard.append(answer.headers.get("X-OAuth-Scopes"))

    hooks = call.client.session.hooks["response"]
    hooks.append(hear)
    try:
        next(call.rows(INSTANCES, where={"label": "pgbaton-asks-for-its-scopes"}), None)
    except LinodeUnavailable:
        if not heard or heard[-1] is None:
            raise
    finally:
        hooks.remove(hear)
    return heard[-1] if heard else None


def _offer(call: Call) -> Offer:
    return offer_of(
        regions=[Row("region", row) for row in call.rows("/regions")],
        plans=[Row("type", row) for row in call.rows("/linode/types")],
        balancers=[Row("NodeBalancer type", row) for row in call.rows("/nodebalancers/types")],
    )


def _look(call: Call, vpc: str, balancers: dict[str, Any]) -> Found:
    groups = [group_of(Row("placement group", row)) for row in call.rows(GROUPS)]
    vpcs = {one.label: one for one in (vpc_of(Row("VPC", row)) for row in call.rows(VPCS))}
    walls = [wall_of(Row("firewall", row)) for row in call.rows(WALLS)]
    leases = {}
    if (ours := vpcs.get(vpc)) is not None:
        rows = (Row("VPC address", row) for row in call.rows(f"{VPCS}/{ours.id}/ips"))
        leases = dict(filter(None, map(lease_of, rows)))
    return Found(
        groups={one.label: one for one in groups},
        vpcs=vpcs,
        walls={one.label: one for one in walls},
        linodes={one.label: one for one in _machines(call, leases)},
        balancers=balancers,
    )


def _machines(call: Call, leases: dict[int, tuple[str, str | None]]) -> list[FoundLinode]:
    return [linode_of(Row("Linode", row), leases) for row in call.rows(INSTANCES)]


def _make(call: Call, step: Step) -> None:
    match step:
        case CreateGroup():
            _new(call, GROUPS, step.want.label, _group(step), what="placement group")
        case CreateVpc():
            _new(call, VPCS, step.want.label, _vpc(step), what="VPC")
        case CreateSubnet():
            path = f"{VPCS}/{step.vpc}/subnets"
            body = {"label": step.want.label, "ipv4": step.want.network}
            _new(call, path, step.want.label, body, what="subnet")
        case CreateWall():
            _new(call, WALLS, step.label, _wall(step), what="firewall")
        case SetRules():
            call.change(f"{WALLS}/{step.wall}/rules", _ruled(step.inbound, step.outbound))
        case CreateLinode():
            _new(call, INSTANCES, step.want.label, _linode(step), what="Linode")
        case Attach():
            _attach(call, step)
        case Balance():
            raise TypeError(step)
        case _:
            assert_never(step)


def _new(call: Call, path: str, label: str, body: dict[str, Any], *, what: str) -> None:
    create(
        lambda: labelled(call, path, label, what=what) is not None,
        lambda: call.create(path, body),
    )


def _group(step: CreateGroup) -> dict[str, Any]:
    return {
        "label": step.want.label,
        "region": step.region,
        "placement_group_type": "anti_affinity:local",
        "placement_group_policy": step.want.policy,
    }


def _vpc(step: CreateVpc) -> dict[str, Any]:
    return {
        "label": step.want.label,
        "region": step.region,
        "description": SIGNATURE,
        "subnets": [{"label": step.want.label, "ipv4": step.want.network}],
    }


def _wall(step: CreateWall) -> dict[str, Any]:
    return {"label": step.label, "rules": _ruled(step.rules, ()), "tags": list(step.tags)}


def _ruled(inbound: Sequence[Any], outbound: Sequence[Any]) -> dict[str, Any]:
    into, out = CLOSED
    return {
        "inbound": list(inbound),
        "inbound_policy": into,
        "outbound": list(outbound),
        "outbound_policy": out,
    }


def _linode(step: CreateLinode) -> dict[str, Any]:
    """In a VPC alone, with a public address by 1:1 NAT: the first boot installs packages, and push
    reaches it there. Without a password: nobody could log in with one. The old kind of interface,
    whose form Linode's document closes; that of the new kind leaves its addresses open."""
    want = step.want
    encoded = base64.b64encode(want.user_data.encode()).decode()
    return {
        "label": want.label,
        "region": step.region,
        "type": want.type,
        "image": want.image,
        "authorized_keys": list(want.keys),
        "booted": True,
        "backups_enabled": want.backups,
        "firewall_id": step.wall,
        "interface_generation": "legacy_config",
        "interfaces": [
            {
                "purpose": "vpc",
                "subnet_id": step.subnet,
                "primary": True,
                "ipv4": {"vpc": want.address, "nat_1_1": "any"},
            }
        ],
        "tags": list(step.tags),
        **({"metadata": {"user_data": encoded}} if encoded else {}),
        **({} if step.group is None else {"placement_group": {"id": step.group}}),
    }


def _attach(call: Call, step: Attach) -> None:
    path = f"{WALLS}/{step.wall}/devices"

    def there() -> bool:
        rows = (Row("device", row).row("entity") for row in call.rows(path))
        return any((r.maybe("type"), r.number("id")) == (step.kind, step.id) for r in rows)

    create(there, lambda: call.create(path, {"id": step.id, "type": step.kind}))
