"""What one host would go through, told without doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from jobs.blocked import Blocked
from jobs.edits.draft import Change
from jobs.fence import Standing
from jobs.host import READ_WITHIN
from jobs.inventory import parse_target
from jobs.plan import HostPlan, plan_host, read_request
from jobs.remote import AppSwap, HostFailure, Phase, ReadReply

if TYPE_CHECKING:
    from deploy.cli.desk import Desk
    from jobs.fence import Fence
    from jobs.verdict import Leadership


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`reason` says why nothing can be done, and `remedy` what would lift it. `rests`: nothing is
    written or restarted there. `held` is the fence that the host holds now."""

    summary: str = ""
    reason: str = ""
    remedy: str = ""
    rests: bool = False
    held: Fence | None = None
    changes: tuple[tuple[str, tuple[Change, ...]], ...] = ()
    commands: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def forecast(desk: Desk, cluster: str, leadership: Leadership, host: str) -> Forecast:
    """Read one host and plan it; never raises for what is the host's own fault."""
    request = read_request(desk.inventory, cluster=cluster, host=host)
    reply = desk.hosts.read(desk.inventory.host_at(host), request, timeout=READ_WITHIN)
    if isinstance(reply, HostFailure):
        return Forecast(reason=reply.reason, remedy=reply.remedy)
    refused = _refused(cluster, host, leadership.fence, reply)
    if refused is not None:
        return refused
    plan = plan_host(desk.inventory, cluster=cluster, host=host, leadership=leadership, reply=reply)
    if isinstance(plan, Blocked):
        return Forecast(reason=f"{plan.where}: {plan.reason}", remedy=plan.remedy, held=reply.fence)
    return _planned(plan, reply)


def _refused(cluster: str, host: str, fence: Fence, reply: ReadReply) -> Forecast | None:
    lift = f"if that is right, on purpose: pgbaton reset-fence {cluster} --host {parse_target(host).name} --why …"
    match fence.stands_against(reply.fence):
        case Standing.LOWER:
            reason = f"it holds the fence {reply.fence}, and {fence} is lower"
        case Standing.OTHER_SYSTEM:
            reason = f"it holds the fence {reply.fence}, of another system than {fence}"
        case _:
            return None
    return Forecast(reason=reason, remedy=lift, held=reply.fence)


def _planned(plan: HostPlan, reply: ReadReply) -> Forecast:
    request = plan.request
    unfinished = reply.journal is not None and reply.journal.phase != Phase.CHECKED
    touched = [a for a in request.apps if any(f.splices for f in a.files)]
    acting = list(request.apps) if unfinished or request.force else touched
    return Forecast(
        summary=_summary(plan, reply, unfinished=unfinished, touched=touched),
        rests=not acting,
        held=reply.fence,
        changes=tuple((d.path, d.changes) for d in plan.diffs if d.changes),
        commands=tuple(c for a in acting for c in a.after),
        services=tuple(
            dict.fromkeys(f"{s.name} ({s.manager})" for a in acting for s in a.services)
        ),
        checks=tuple(a.check for a in acting if a.check),
    )


def _summary(
    plan: HostPlan, reply: ReadReply, *, unfinished: bool, touched: Sequence[AppSwap]
) -> str:
    fence = plan.request.fence
    if touched:
        return "changes to " + ", ".join(dict.fromkeys(str(a.leader) for a in touched))
    if unfinished and reply.journal is not None:
        return f"an unfinished swap (phase {reply.journal.phase}) would be resumed where it stopped"
    if plan.request.force:
        return (
            "no file changes; restarted once a login through its NodeBalancer lands on the leader"
        )
    if reply.fence == fence:
        return "right already"
    return f"right already; its fence would be raised to {fence}"


def to_json(seen: Forecast) -> Mapping[str, Any]:
    """The same for scripts."""
    return {
        "outcome": "blocked" if seen.reason else "unchanged" if seen.rests else "changes",
        "reason": seen.reason,
        "remedy": seen.remedy,
        "summary": seen.summary,
        "held": None if seen.held is None else asdict(seen.held),
        "files": [{"path": p, "changes": [asdict(c) for c in cs]} for p, cs in seen.changes],
        "after": list(seen.commands),
        "restarts": list(seen.services),
        "checks": list(seen.checks),
    }
