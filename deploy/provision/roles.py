"""What a machine is for, in the few words by which it gets a plan, a firewall and a placement group."""

from __future__ import annotations

from typing import Literal

from deploy.site import Placed
from jobs.inventory import Inventory

Role = Literal["etcd", "database", "control", "host"]

SHORT: dict[Role, str] = {"etcd": "etcd", "database": "db", "control": "control", "host": "host"}
"""As they stand in a firewall's label, which has 32 characters at most."""

PLANS: dict[Role, str] = {
    "database": "g6-standard-2",
    "host": "g6-standard-2",
    "control": "g6-standard-1",
    "etcd": "g6-standard-1",
}
"""The plan where nobody names one, and whose counts where a machine is several things: 4 GB for the
reference's shared_buffers, 2 GB for etcd, Redis and pgbaton's own processes."""


def roles_of(machine: Placed) -> tuple[Role, ...]:
    """Every role, in one order."""
    has: dict[Role, bool] = {
        "etcd": machine.etcd is not None,
        "database": machine.cluster is not None,
        "control": bool(machine.runs),
        "host": machine.host,
    }
    return tuple(role for role, is_one in has.items() if is_one)


def plan_of(inventory: Inventory, machine: Placed) -> str:
    """The plan at Linode: the machine's own, else that of its most demanding role."""
    table = inventory.machines.get(machine.name)
    if table is not None and table.type is not None:
        return table.type
    types = {} if inventory.provision is None else inventory.provision.types
    mine = roles_of(machine)
    first: Role = next((role for role in PLANS if role in mine), "etcd")
    return types.get(first, PLANS[first])
