"""What of the machines works, but bears less than people think, by the inventory alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy.cli.remark import Remark

if TYPE_CHECKING:
    from jobs.inventory import Cluster, Inventory, Process

NEEDED: tuple[Process, ...] = ("web", "worker", "watch", "clock", "chronicle")
"""Without one of these something that everybody expects does not happen."""
PAIR = 2


def grounds(inventory: Inventory) -> Iterator[Remark]:
    """etcd, clusters, then pgbaton's own processes."""
    for name, etcd in inventory.etcd.items():
        if len(etcd.machines) == 1:
            yield Remark(
                path=f"etcd.{name}.machines",
                reason="one machine is for a try: while it is away, nobody leads",
                remedy="three bear the loss of one",
            )
    for name, cluster in inventory.clusters.items():
        yield from _pair(name, cluster)
        yield from _mute(inventory, name, cluster)
    yield from _absent(inventory)


def _pair(name: str, cluster: Cluster) -> Iterator[Remark]:
    """Patroni's synchronous mode, without its strict one, lets a leader go on alone."""
    if cluster.synchronous and len(cluster.machines) == PAIR:
        yield Remark(
            path=f"clusters.{name}.machines",
            reason=(
                "with two members, commits wait for nobody while one is away; what is committed then "
                "is lost if the other is lost, too"
            ),
            remedy="add a third member",
        )


def _mute(inventory: Inventory, name: str, cluster: Cluster) -> Iterator[Remark]:
    """Only where each member has a key of its own: several may share one."""
    speakers = {s for s, table in inventory.senders.items() if name in table.clusters}
    own = speakers & set(cluster.machines)
    for member in cluster.machines if own else ():
        if member not in speakers:
            yield Remark(
                path=f"senders.{member}",
                reason=f"the other members of {name} have a key of their own, and this one has none",
                remedy="pgbaton keys make --write makes it",
            )


def _absent(inventory: Inventory) -> Iterator[Remark]:
    runs = {process for machine in inventory.machines.values() for process in machine.runs}
    for process in NEEDED if runs - {"redis"} else ():
        if process not in runs:
            yield Remark(
                path="machines",
                reason=f"none of them runs {process}",
                remedy=f'add "{process}" to runs, unless it runs elsewhere',
            )
