"""`pgbaton reset-fence` and `adopt`: the two ways in which a host forgets, both deliberate and recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from deploy.cli.deeds import deed, one_line
from deploy.cli.desk import Desk, known_cluster, known_hosts
from deploy.cli.exits import Exit, Fault
from deploy.cli.looking import look
from deploy.cli.verify import say_verdict
from deploy.cli.voice import voice
from jobs.audit import Draft, Kind
from jobs.fence import Fence, Standing
from jobs.inventory import parse_target
from jobs.ports import LedgerUnavailable
from jobs.remote import HOLDS, HostFailure, LiftRequest, ReadRequest
from jobs.state import ClusterState
from jobs.verdict import Confirmed, Verdict

WITHIN = 10.0
ONCE_MORE = "once Redis is back, run the same command again: it records what was lifted"

YES = click.option("--yes", is_flag=True, help="Do not ask.")
WHY = click.option("--why", callback=one_line, required=True, help="For the record.")


@click.command(short_help="Let a host forget its fence, on the record.")
@click.argument("cluster")
@click.option("--host", metavar="HOST", help="Whose fence.")
@click.option("--all", "everybody", is_flag=True, help="Those of all hosts and DNS records.")
@WHY
@YES
@click.pass_obj
def reset_fence(
    desk: Desk, cluster: str, *, host: str | None, everybody: bool, why: str, yes: bool
) -> None:
    """Let HOST, or with --all everybody, forget the fence it holds for CLUSTER, and look at it anew.

    For a fence that is higher than the truth: etcd was restored from a snapshot, or the cluster was
    built anew. A fence is lifted only while it is still the one that is shown. Who cannot be reached
    with --all is named (exit code 69) and holds up nobody.
    """
    known_cluster(desk, cluster)
    if everybody is (host is not None):
        raise click.UsageError("say whose fence: --host HOST, or --all")
    if host is None:
        from deploy.cli.all_fences import reset_all

        reset_all(desk, cluster, why=why, yes=yes)
    else:
        _reset_one(desk, cluster, host, why=why, yes=yes)


def _reset_one(desk: Desk, cluster: str, host: str, *, why: str, yes: bool) -> None:
    known_hosts(desk, cluster, [host])
    state = desk.ledger.state(cluster)  # what cannot be recorded is not done
    held = held_fences(desk, cluster, host)
    if not held:
        _make_up(desk, state, host, why=why)
        return
    _, verdict = look(desk, cluster, everyone=False)
    voice().line(f"{host} holds {listed(held)}")
    say_verdict(cluster, verdict)
    agree(against(verdict, held.values()) + f"Lift the fence of {host}?", yes=yes)
    lift_all(desk, host, held)
    entry = _entry(desk, host=host, how="reset-fence", why=why, held=held)
    _record(desk, {cluster: entry}, host, anew=cluster)
    voice().line(f"{host} forgot {listed(held)}; follow it with: pgbaton tail {cluster}", "good")


def _make_up(desk: Desk, state: ClusterState, host: str, *, why: str) -> None:
    """Record what a run before lifted, where Redis went away before it could."""
    cluster, before = state.cluster, unrecorded(desk, state, host)
    if not before:
        voice().line(f"{host} holds no fence of {cluster}; nothing to lift", "quiet")
        return
    entry = _entry(desk, host=host, how="reset-fence", why=why, held=before)
    _record(desk, {cluster: entry}, host, anew=cluster)
    told = f"{host} holds no fence; that it forgot {listed(before)} is recorded now"
    voice().line(f"{told}; follow it with: pgbaton tail {cluster}", "good")


def unrecorded(desk: Desk, state: ClusterState, host: str) -> dict[str, Fence]:
    """What Redis remembers, by target, of a host that holds no fence. As long as it does, the host is
    taken for one that holds a higher epoch, and left alone."""
    known = {t: state.hosts.get(t) for t in _targets(desk, state.cluster, host)}
    return {t: r.fence for t, r in known.items() if r is not None and r.fence is not None}


def held_fences(desk: Desk, cluster: str, host: str) -> dict[str, Fence]:
    """The fences a host holds of a cluster now, by journal: one for the applications at the leader,
    and one for those behind each NodeBalancer. Fault where it cannot be asked."""
    journals = [parse_target(t).journal(cluster) for t in _targets(desk, cluster, host)]
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


def _entry(desk: Desk, *, host: str, how: str, why: str, held: Mapping[str, Fence]) -> Draft:
    fence = listed(held) if held else None
    evidence = {"host": host, "how": how, "why": why, "fence": fence}
    return deed(desk, Kind.FENCE_LIFTED, incident=None, evidence=evidence)


def _record(desk: Desk, entries: dict[str, Draft], host: str, *, anew: str) -> None:
    try:
        for cluster, entry in entries.items():
            desk.ledger.forget(cluster, _targets(desk, cluster, host), [entry])
        desk.ledger.call(anew)
    except LedgerUnavailable as error:
        raise Fault(
            f"the fence is lifted, but not recorded: {error.reason}",
            ONCE_MORE,
            code=Exit.UNAVAILABLE,
        ) from None


def _targets(desk: Desk, cluster: str, host: str) -> tuple[str, ...]:
    """Everything by which a host may be remembered, whatever the inventory says of it by now."""
    return tuple(dict.fromkeys((host, *desk.inventory.targets_of(cluster, host))))


@click.command(short_help="Move a host to another cluster, on the record.")
@click.argument("host")
@click.option("--from", "old", required=True, metavar="CLUSTER", help="The cluster it followed.")
@click.option("--to", "new", required=True, metavar="CLUSTER", help="The cluster it shall follow.")
@WHY
@YES
@click.pass_obj
def adopt(desk: Desk, host: str, *, old: str, new: str, why: str, yes: bool) -> None:
    """Let HOST, which followed one cluster, follow another.

    First give it to the new cluster's application in the inventory and reload the workers; then this
    lifts the old cluster's fence, records it in both trails, and lets the workers bring it over.
    """
    known_hosts(desk, known_cluster(desk, new), [host])
    if host in desk.inventory.hosts_of(old):
        raise Fault(
            f"the inventory still lets {host} follow {old}",
            f"take it out of {old}'s applications first, or both would move it",
            code=Exit.CONFIG,
        )
    desk.ledger.state(new)
    held = held_fences(desk, old, host)
    agree(f"{host} holds {listed(held)} of {old}. Let it follow {new}?", yes=yes)
    lift_all(desk, host, held)
    how = f"adopt, from {old} to {new}"
    entries = {c: _entry(desk, host=host, how=how, why=why, held=held) for c in (old, new)}
    _record(desk, entries, host, anew=new)
    voice().line(f"{host} follows {new} from now on; look with: pgbaton tail {new}", "good")
