"""`pgbaton repoint`: asks the workers and watches them, or with --now does the job itself."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli.deeds import one_line, request
from deploy.cli.desk import Desk, known_cluster, known_hosts
from deploy.cli.exits import Exit, Fault
from deploy.cli.trail import EVERY, clock_of, fresh, head, say_line
from deploy.cli.voice import Voice, say_json, voice
from jobs.claims import LeaderKey
from jobs.decide import missing
from jobs.state import ClusterState
from jobs.timeline import Line


@click.command(short_help="Bring the hosts to the proven leader.")
@click.argument("cluster")
@click.option(
    "--host", "hosts", multiple=True, metavar="HOST", help="Look anew at this host; repeatable."
)
@click.option("--now", is_flag=True, help="Do it here, without workers; works while Redis is down.")
@click.option("--why", callback=one_line, help="For the record.")
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --now: the journal's file.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    help="Seconds to follow the workers.",
)
@click.option("--no-wait", is_flag=True, help="Ask, and do not follow.")
@click.option("--json", "as_json", is_flag=True, help="JSON at the end instead of lines.")
@click.pass_obj
def repoint(
    desk: Desk,
    cluster: str,
    *,
    hosts: tuple[str, ...],
    now: bool,
    why: str | None,
    journal: Path | None,
    timeout: float,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Bring the application hosts of CLUSTER to its proven leader.

    Without --now the workers do it, and this command follows the trail until every host is there.
    With --now it is done from here: judged, swapped over SSH, and journaled to a file that
    `pgbaton audit import` takes into the trail later.

    Exit code: 0 every host holds the leader's fence, 1 a host does not, 75 not ended within
    --timeout, 69 Redis unavailable; with --now and no confirmed leader that of `pgbaton verify`.
    """
    wanted = known_hosts(desk, known_cluster(desk, cluster), hosts)
    if now:
        from deploy.cli.inline import repoint_now

        repoint_now(desk, cluster, wanted, why=why, path=journal, as_json=as_json)
        return
    _refuse_paused(desk.ledger.state(cluster))
    start = head(desk.ledger, cluster)
    event, draft = request(desk, cluster, action="repoint", why=why, hosts=hosts)
    if hosts:
        desk.ledger.forget(cluster, hosts, ())
    desk.ledger.hear(event, draft)
    if no_wait:
        _said(
            as_json,
            {"cluster": cluster, "asked": event.id},
            f"asked; follow it with: pgbaton tail {cluster}",
        )
        return
    _follow(desk, cluster, start=start, timeout=timeout, as_json=as_json)


def _refuse_paused(state: ClusterState) -> None:
    if state.pause is not None and state.paused():
        pause = state.pause
        raise Fault(
            f"{state.cluster} is paused by {pause.by} until {clock_of(pause.until)}: {pause.why}",
            f"pgbaton resume {state.cluster}, then again",
        )


def _follow(desk: Desk, cluster: str, *, start: int, timeout: float, as_json: bool) -> None:
    until, seq, lines = desk.clock.monotonic() + timeout, start, list[Line]()
    while True:
        state = desk.ledger.state(cluster)
        for line in fresh(desk.ledger, cluster, after=seq):
            seq = line.seq
            lines.append(line)
            if not as_json:
                say_line(voice(), line)
        if _there(desk, state):
            return _end(desk, state, as_json=as_json)
        if desk.clock.monotonic() >= until:
            raise _unfinished(state, lines, timeout)
        desk.clock.sleep(EVERY)


def _there(desk: Desk, state: ClusterState) -> bool:
    """True once the present leadership is settled and every host holds its fence."""
    fence = state.settled.fence
    if fence is None or state.incident is not None or state.assignments:
        return False
    if missing(state, fence, desk.inventory.hosts_of(state.cluster)):
        return False
    key = desk.witness.leader(state.cluster, timeout=1.0)
    return isinstance(key, LeaderKey) and key.epoch == fence.epoch


def _end(desk: Desk, state: ClusterState, *, as_json: bool) -> None:
    hosts = desk.inventory.hosts_of(state.cluster)
    member, fence = state.settled.member, state.settled.fence
    told = {"cluster": state.cluster, "member": member, "fence": str(fence)}
    told |= {"hosts": {h: state.hosts[h].outcome for h in hosts}}  # type: ignore[dict-item]
    text = f"{state.cluster}: {len(hosts)} of {len(hosts)} hosts follow {member} (fence {fence})"
    _said(as_json, told, text, voice())


def _said(as_json: bool, document: object, text: str, speak: Voice | None = None) -> None:  # noqa: FBT001
    if as_json:
        say_json(document)
    else:
        (speak or voice()).line(text, "good")


def _unfinished(state: ClusterState, lines: list[Line], timeout: float) -> Fault:
    if len(lines) <= 1:
        return Fault(
            f"nobody took it up within {timeout:g} s",
            f"start a worker (pgbaton worker), or do it from here: pgbaton repoint {state.cluster} --now",
            code=Exit.UNFINISHED,
        )
    open_ = state.incident
    where = f"pgbaton show {open_.id}" if open_ else f"pgbaton tail {state.cluster}"
    reason = f"; the verdict is {open_.verdict}: {open_.reason}" if open_ else ""
    return Fault(
        f"not ended within {timeout:g} s{reason}",
        f"it goes on by itself; look with: {where}",
        code=Exit.UNFINISHED,
    )
