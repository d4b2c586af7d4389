"""What is looked at before a NodeBalancer is changed; without it, a command could shut everybody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault
from deploy.cli.linode import balancers_at, read_balancer
from deploy.doctor.examine import knocks
from deploy.doctor.finding import listed
from deploy.doctor.mux import never_passes
from jobs.balancer.drift import repairs
from jobs.balancer.wanted import wanted

if TYPE_CHECKING:
    from deploy.cli.desk import Desk

DEAF = {"refused", "no-http"}


def check_can_pass(desk: Desk, balancer: str) -> None:
    """Refuse what no member could ever pass, by the inventory alone."""
    cluster = desk.inventory.nodebalancers[balancer].cluster
    hopeless = never_passes(cluster, desk.inventory.clusters[cluster])
    if hopeless is not None:
        what = f"the check of {balancer} could never pass: {hopeless.reason}"
        other = "or, if something of yours answers HTTP on that port: --without-mux"
        raise Fault(what, f"{hopeless.remedy}; {other}", code=Exit.CONFIG)


def shuts_nobody_out(desk: Desk, balancer: str) -> None:
    """Refuse to change one through which clients get in today, where nobody would pass tomorrow."""
    want, found = wanted(desk.inventory, balancer), read_balancer(desk, balancer)
    config = None if found is None else found.config(want.port)
    if config is None or all(n.status != "UP" for n in config.nodes) or not repairs(want, found):
        return
    heard = knocks(balancers_at(desk), desk.fleet, want)
    deaf = [member for member, knock in heard.items() if knock.kind in DEAF]
    if deaf and all(knock.kind != "http" for knock in heard.values()):
        at = f"port {want.nodes[0].address.port} of {listed(deaf)}"
        what = f"clients get in through {balancer} today, and nothing speaks HTTP on {at}"
        remedy = "start the mux there first: docs/mux.md; --without-mux changes it all the same"
        raise Fault(what, remedy, code=Exit.CONFIG)
