"""`pgbaton repoint`: asks the workers and watches them, or with --now does the job itself."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli.deeds import one_line, request
from deploy.cli.desk import Desk, known_cluster, known_targets
from deploy.cli.exits import Exit, Fault
from deploy.cli.following import Wait, follow
from deploy.cli.hold import refuse_held
from deploy.cli.voice import say_json, voice
from jobs.ports import LedgerUnavailable


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
    """Bring everything that follows CLUSTER to its proven leader: hosts, NodeBalancers, DNS records.

    Without --now the workers do it, and this command follows the trail until every host is there.
    With --now it is done from here: judged, swapped over SSH, and journaled to a file that
    `pgbaton audit import` takes into the trail later.

    Exit code: 0 every host holds the leader's fence; 75 not ended within --timeout, 69 Redis
    unavailable; with --now: 1 a host does not, without a confirmed leader that of `pgbaton verify`.
    """
    wanted = known_targets(desk, known_cluster(desk, cluster), hosts)
    if now:
        from deploy.cli.inline import repoint_now

        repoint_now(desk, cluster, wanted, why=why, path=journal, as_json=as_json)
        return
    start, asked = _ask(desk, cluster, why=why, hosts=hosts)
    if not no_wait:
        follow(
            desk,
            Wait(cluster=cluster, targets=wanted, start=start, timeout=timeout),
            as_json=as_json,
        )
    elif as_json:
        say_json({"cluster": cluster, "asked": asked})
    else:
        voice().line(f"asked; follow it with: pgbaton tail {cluster}", "good")


def _ask(desk: Desk, cluster: str, *, why: str | None, hosts: tuple[str, ...]) -> tuple[int, str]:
    """The trail's length before, and the request's id; a Fault names the other way where Redis is away."""
    try:
        refuse_held(desk.ledger.state(cluster))
        start = desk.ledger.head(cluster).seq
        event, draft = request(desk, cluster, action="repoint", why=why, hosts=hosts)
        if hosts:
            desk.ledger.forget(cluster, known_targets(desk, cluster, hosts), ())
        desk.ledger.hear(event, draft)
    except LedgerUnavailable as error:
        raise Fault(
            error.reason,
            f"{error.remedy}; meanwhile, without Redis: pgbaton repoint {cluster} --now",
            code=Exit.UNAVAILABLE,
        ) from None
    return start, event.id
