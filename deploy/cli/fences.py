"""`pgbaton reset-fence` and `adopt`: the two ways in which a host forgets, both deliberate and recorded."""

from __future__ import annotations

from collections.abc import Mapping

import click

from deploy.cli.all_fences import reset_all
from deploy.cli.deeds import deed, one_line
from deploy.cli.desk import Desk, known_cluster, known_hosts
from deploy.cli.exits import Exit, Fault
from deploy.cli.lifting import (
    ONCE_MORE,
    against,
    agree,
    held_fences,
    lift_all,
    listed,
    targets,
    unrecorded,
)
from deploy.cli.looking import look
from deploy.cli.verify import say_verdict
from deploy.cli.voice import voice
from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.ports import LedgerUnavailable
from jobs.state import ClusterState

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


def _entry(desk: Desk, *, host: str, how: str, why: str, held: Mapping[str, Fence]) -> Draft:
    fence = listed(held) if held else None
    evidence = {"host": host, "how": how, "why": why, "fence": fence}
    return deed(desk, Kind.FENCE_LIFTED, incident=None, evidence=evidence)


def _record(desk: Desk, entries: dict[str, Draft], host: str, *, anew: str) -> None:
    try:
        for cluster, entry in entries.items():
            desk.ledger.forget(cluster, targets(desk, cluster, host), [entry])
        desk.ledger.call(anew)
    except LedgerUnavailable as error:
        raise Fault(
            f"the fence is lifted, but not recorded: {error.reason}",
            ONCE_MORE,
            code=Exit.UNAVAILABLE,
        ) from None


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
