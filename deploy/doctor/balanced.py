"""One NodeBalancer as a subject of the whole table: the same diagnosis as `pgbaton doctor nodebalancer`."""

from __future__ import annotations

from deploy.doctor.check import within
from deploy.doctor.examine import Examination
from deploy.doctor.nodebalancer import diagnose
from deploy.doctor.report import Report, report
from deploy.doctor.shared import Shared


def examine_balancer(shared: Shared, name: str) -> Report:
    """What Linode shows of it, held against the inventory and the leader."""
    around = shared.around
    cluster = around.inventory.nodebalancers[name].cluster
    whom = Examination(inventory=around.inventory, balancers=around.balancers, fleet=around.fleet)
    seen = whom.of(name, *shared.looks(cluster))
    fine = f"{seen.want.label}: {seen.leader} alone is UP, a lost leader is noticed within {within(seen.settings)} s"
    return report(
        f"nodebalancer {name}", [fine if seen.leader and seen.balancer else ""], diagnose(seen)
    )
