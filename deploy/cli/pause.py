"""`pgbaton pause` and `resume`: an operator's hold, with its reason and its end."""

from __future__ import annotations

import click

from deploy.cli.deeds import deed, one_line
from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit, Fault
from deploy.cli.moments import later
from deploy.cli.trail import date_of, stamp_of
from deploy.cli.voice import voice
from jobs.audit import Kind
from jobs.state import ClusterState, Pause


@click.command(short_help="Leave a cluster's hosts as they are for a while.")
@click.argument("cluster")
@click.option("--why", callback=one_line, required=True, help="For the record.")
@click.option("--until", required=True, metavar="T", help="30m, 2h, or a time.")
@click.pass_obj
def pause(desk: Desk, cluster: str, *, why: str, until: str) -> None:
    """Repoint no host of CLUSTER until then. Leaders are judged and recorded all the same."""
    state = desk.ledger.state(known_cluster(desk, cluster))
    end = _end(until, now=state.now)
    hold = Pause(why=why, until=end, by=desk.by)
    evidence = {"why": why, "until": stamp_of(end)}
    entry = deed(desk, Kind.PAUSED, incident=_incident(state), evidence=evidence)
    desk.ledger.pause(cluster, hold, [entry])
    voice().line(f"{cluster} is paused until {date_of(end)}; earlier: pgbaton resume {cluster}")


def _end(text: str, *, now: float) -> float:
    try:
        end = later(text, now=now)
    except ValueError as error:
        raise Fault(f"--until: {error}", code=Exit.USAGE) from None
    if end <= now:
        raise Fault(f"--until: {date_of(end)} is past", "name a time to come", code=Exit.USAGE)
    return end


def _incident(state: ClusterState) -> str | None:
    return None if state.incident is None else state.incident.id


@click.command(short_help="End a pause.")
@click.argument("cluster")
@click.pass_obj
def resume(desk: Desk, cluster: str) -> None:
    """Let CLUSTER's hosts follow its leader again, at once."""
    state = desk.ledger.state(known_cluster(desk, cluster))
    if state.pause is None:
        voice().line(f"{cluster} is not paused", "quiet")
        return
    evidence = {"why": state.pause.why, "until": stamp_of(state.pause.until)}
    entry = deed(desk, Kind.RESUMED, incident=_incident(state), evidence=evidence)
    desk.ledger.pause(cluster, None, [entry])
    desk.ledger.call(cluster)
    voice().line(f"{cluster} goes on; follow it with: pgbaton tail {cluster}")
