"""The fences that hosts hold, read and lifted: what `reset-fence`, its `--all` and `adopt` have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from jobs.fence import Fence, Standing
from jobs.inventory import parse_target
from jobs.remote import HOLDS, HostFailure, LiftRequest, ReadRequest
from jobs.state import ClusterState
from jobs.verdict import Confirmed, Verdict

WITHIN = 10.0
ONCE_MORE = "once Redis is back, run the same command again: it records what was lifted"


def unrecorded(desk: Desk, state: ClusterState, host: str) -> dict[str, Fence]:
    """What Redis remembers, by target, of a host that holds no fence. As long as it does, the host is
    taken for one that holds a higher epoch, and left alone."""
    known = {t: state.hosts.get(t) for t in targets(desk, state.cluster, host)}
    return {t: r.fence for t, r in known.items() if r is not None and r.fence is not None}


def held_fences(desk: Desk, cluster: str, host: str) -> dict[str, Fence]:
    """The fences a host holds of a cluster now, by journal: one for the applications at the leader,
    and one for those behind each NodeBalancer. Fault where it cannot be asked."""
    journals = [parse_target(t).journal(cluster) for t in targets(desk, cluster, host)]
    found = {journal: held_fence(desk, journal, host) for journal in journals}
    return {journal: fence for journal, fence in found.items() if fence is not None}


def listed(held: Mapping[str, Fence]) -> str:
    """Fences as people read them, each once."""
    return " and ".join(dict.fromkeys(map(str, held.values()))) or "no fence"


def held_fence(desk: Desk, journal: str, host: str) -> Fence | None:
    """The fence in one of a host's journals; Fault where it cannot be asked."""
    request = ReadRequest(cluster=journal, paths=())
    reply = desk.hosts.read(desk.inventory.hosts[host], request, timeout=WITHIN)
    if isinstance(reply, HostFailure):
        raise Fault(f"{host}: {reply.reason}", reply.remedy, code=Exit.UNAVAILABLE)
    return reply.fence


def against(verdict: Verdict, held: Iterable[Fence]) -> str:
    """What the confirmed leader's fence is to those that are held."""
    if not isinstance(verdict, Confirmed):
        return "No leader is confirmed now. "
    fence = verdict.leadership.fence
    if all(fence.stands_against(h) in {Standing.SAME, Standing.HIGHER} for h in held):
        return "The host would follow the leader without this. "
    return f"The leader's fence {fence} is refused by it. "


def agree(question: str, *, yes: bool) -> None:
    """Ask, unless that was answered before; Fault for anything but yes."""
    if not yes and not click.confirm(question, err=True):
        raise Fault("nothing was done")


def lift_all(desk: Desk, host: str, held: Mapping[str, Fence]) -> None:
    """Every journal's fence, one after the other."""
    for journal, fence in held.items():
        lift(desk, journal, host, fence)


def lift(desk: Desk, journal: str, host: str, held: Fence) -> None:
    """Let the host forget exactly this fence; Fault where it holds another one by now."""
    request = LiftRequest(cluster=journal, expected=held)
    reply = desk.hosts.lift(desk.inventory.hosts[host], request, timeout=WITHIN)
    if isinstance(reply, HostFailure) or reply.outcome not in HOLDS:
        code = Exit.UNAVAILABLE if isinstance(reply, HostFailure) else Exit.NO
        raise Fault(f"{host}: {reply.reason}", reply.remedy, code=code)


def targets(desk: Desk, cluster: str, host: str) -> tuple[str, ...]:
    """Everything by which a host may be remembered, whatever the inventory says of it by now."""
    return tuple(dict.fromkeys((host, *desk.inventory.targets_of(cluster, host))))
