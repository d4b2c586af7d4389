"""Linode's API as a command meets it: a token that is lacking or refused is no outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault
from deploy.doctor.examine import NO_TOKEN, unseen
from jobs.ports import LinodeUnavailable

if TYPE_CHECKING:
    from deploy.cli.desk import Desk
    from jobs.balancer.found import FoundBalancer
    from jobs.ports import Balancers


def balancers_at(desk: Desk) -> Balancers:
    """The hand at NodeBalancers, or where to put the token."""
    if desk.balancers is None:
        raise Fault(NO_TOKEN.reason, NO_TOKEN.remedy, code=Exit.CONFIG)
    return desk.balancers


def read_balancer(desk: Desk, balancer: str) -> FoundBalancer | None:
    """The NodeBalancer of the inventory as Linode shows it; None where there is none."""
    table = desk.inventory.nodebalancers[balancer]
    try:
        return balancers_at(desk).read(table, timeout=desk.inventory.linode.timeout)
    except LinodeUnavailable as error:
        raise fault_of(error) from None


def fault_of(error: LinodeUnavailable, *, doing: str = "") -> Fault:
    """69 where the API cannot be asked; 78 where it refuses this token."""
    hidden = unseen(error)
    reason = f"could not {doing}: {hidden.reason}" if doing else hidden.reason
    code = Exit.CONFIG if hidden.refused else Exit.UNAVAILABLE
    return Fault(reason, hidden.remedy, code=code)
