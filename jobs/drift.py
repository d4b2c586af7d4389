"""What no longer is as it was applied: hosts' own files, a NodeBalancer's nodes, a DNS record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from jobs.audit import Draft, Kind
from jobs.balancer.drift import differences
from jobs.balancer.modes import mode_steps
from jobs.balancer.standing import follows
from jobs.balancer.told import said
from jobs.balancer.wanted import wanted
from jobs.blocked import Blocked
from jobs.errand import hands_of
from jobs.fence import Standing
from jobs.host import Mission, plan_now
from jobs.inventory import parse_target
from jobs.plan import HostPlan
from jobs.ports import LinodeUnavailable
from jobs.publish import address_of
from jobs.remote import HostFailure
from jobs.tools import Tools
from jobs.zone import Refused, changes, fence_name


def drifted(
    tools: Tools, mission: Mission, targets: Sequence[str], *, flight: str
) -> list[tuple[str, Draft]]:
    """Those of the targets that drifted, each with the entry that says what. What cannot be asked has
    not drifted."""
    return [
        (target, _entry(mission, target, what, flight=flight))
        for target, what in tools.fleet.each(targets, partial(_look, tools, mission))
        if what
    ]


def _entry(mission: Mission, target: str, what: list[str], *, flight: str) -> Draft:
    leadership = mission.leadership
    evidence = {
        "host": parse_target(target).told,
        "drift": what,
        "member": leadership.member,
        "fence": asdict(leadership.fence),
    }
    return Draft(id=f"{flight}:{target}", kind=Kind.DRIFT, evidence=evidence)


def _look(tools: Tools, mission: Mission, target: str) -> list[str]:
    return _LOOKS[parse_target(target).kind](tools, mission, target)


def _host(tools: Tools, mission: Mission, target: str) -> list[str]:
    return of_plan(plan_now(hands_of(tools), mission, target)) or []


def of_plan(plan: HostPlan | HostFailure | Blocked) -> list[str] | None:
    """What no longer is as it was applied on a host, or None."""
    if not isinstance(plan, HostPlan):
        return None
    found = [f"{d.path} {c.key}" for d in plan.diffs for c in d.changes]
    match plan.request.fence.stands_against(plan.held):
        case Standing.FIRST:
            found.append("its fence is gone")
        case Standing.HIGHER:
            found.append(f"its fence went back to {plan.held}")
        case Standing.LOWER:
            found.append(f"it holds the fence {plan.held}, above the one that was applied")
        case _:
            pass
    return found or None


def _balancer(tools: Tools, mission: Mission, target: str) -> list[str]:
    """Only what a balance job sets right itself, so that the same words are not said every time."""
    name = parse_target(target).name
    table, want = tools.inventory.nodebalancers[name], wanted(tools.inventory, name)
    if tools.balancers is None:
        return []
    try:
        found = tools.balancers.read(table, timeout=tools.inventory.linode.timeout)
    except LinodeUnavailable:
        return []
    if found is None:
        return []
    leader, config = mission.leadership.member, found.config(table.port)
    mends = [str(d) for d in differences(want, found) if d.mends]
    modes = [f"has to {said(step)}" for step in mode_steps(want, found, leader)]
    if mends or modes or config is None:
        return [*mends, *modes]
    up = ", ".join(n.label for n in config.nodes if n.status == "UP") or "nobody"
    return [] if follows(want, config.nodes, leader) else [f"{up} is UP, {leader} must be"]


def _dns(tools: Tools, mission: Mission, target: str) -> list[str]:
    record, leadership = tools.inventory.dns[parse_target(target).name], mission.leadership
    address = address_of(tools.inventory, record, leadership.record)
    names, timeout = (record.name, fence_name(record)), tools.inventory.linode.timeout
    if tools.records is None:
        return []
    try:
        zone = tools.records.read(record, names=names, timeout=timeout)
    except LinodeUnavailable:
        return []
    if zone is None or address is None:
        return []
    steps = changes(record, zone, cluster=mission.cluster, address=address, fence=leadership.fence)
    return (
        [] if isinstance(steps, Refused) else [f"{s.name or '@'} must be {s.target}" for s in steps]
    )


_LOOKS: Mapping[str, Callable[[Tools, Mission, str], list[str]]] = {
    "host": _host,
    "nodebalancer": _balancer,
    "dns": _dns,
}
