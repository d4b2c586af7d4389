"""Whom an event of the account concerns: without it every event of every machine would be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobs.inventory import Inventory
from jobs.ports import LinodeEvent

MACHINE = frozenset(
    {
        "host_reboot",
        "lassie_reboot",
        "linode_boot",
        "linode_delete",
        "linode_migrate",
        "linode_migrate_datacenter",
        "linode_mutate",
        "linode_poweroff_on",
        "linode_reboot",
        "linode_rebuild",
        "linode_resize",
        "linode_shutdown",
        "lish_boot",
        "placement_group_became_non_compliant",
    }
)
"""What befalls a machine so that its member may go or come, by Linode's names."""

FAMILIES = ("nodebalancer_", "firewall_")
"""What is done to a NodeBalancer, and to who may reach it: every action that begins so."""

UNDER_WAY = "started"
HAPPENED = frozenset({UNDER_WAY, "finished", "failed", "notification"})
"""Statuses that say that something happened. What is scheduled has not, what is canceled will not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A cluster, and what of it an event befell: a member's machine or a NodeBalancer."""

    cluster: str
    member: str | None = None
    balancer: str | None = None


Concerns = Mapping[tuple[str, str], Sequence[Concern]]
"""By the kind and the label of an event's entity."""


def concerned(event: LinodeEvent, concerns: Concerns) -> Sequence[Concern]:
    """Whom an event must be told to; nobody where it says nothing about who can be reached."""
    worth = event.action in MACHINE or event.action.startswith(FAMILIES)
    if not worth or event.status not in HAPPENED:
        return ()
    return concerns.get((event.entity or "", event.label or ""), ())


def concerns_of(inventory: Inventory) -> Concerns:
    """The machines and NodeBalancers of an inventory, by the labels that they have at Linode."""
    found: dict[tuple[str, str], list[Concern]] = {}
    for kind, label, concern in (*_machines(inventory), *_balancers(inventory)):
        found.setdefault((kind, label), []).append(concern)
    return found


def _machines(inventory: Inventory) -> Iterator[tuple[str, str, Concern]]:
    for name, cluster in inventory.clusters.items():
        tables = (b for b in inventory.nodebalancers.values() if b.cluster == name)
        behind = (member for table in tables for member in table.backends)
        for member in dict.fromkeys((*cluster.machines, *cluster.linodes, *behind)):
            yield "linode", cluster.linode_of(member), Concern(cluster=name, member=member)


def _balancers(inventory: Inventory) -> Iterator[tuple[str, str, Concern]]:
    for name, table in inventory.nodebalancers.items():
        yield "nodebalancer", table.label, Concern(cluster=table.cluster, balancer=name)
