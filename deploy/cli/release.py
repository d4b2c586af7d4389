"""`pgbaton release`: applications that are held at a replica follow the leader, by somebody's word."""

from __future__ import annotations

import click

from deploy.cli.deeds import one_line, request
from deploy.cli.desk import Desk, known_cluster
from deploy.cli.voice import voice
from jobs.flapping import Release, held_by
from jobs.remembered import release_name, release_text


@click.command(short_help="Let applications follow a leader that flaps.")
@click.argument("cluster")
@click.option("--why", callback=one_line, required=True, help="For the record.")
@click.pass_obj
def release(desk: Desk, cluster: str, *, why: str) -> None:
    """End the hold of CLUSTER, whose leadership went to and fro, before the leader has led calmly.

    Applications follow the proven leader at once, and the changes so far count no more. A word that
    comes when nothing is held, or when another member leads by then, changes nothing.
    """
    hold = held_by(desk.ledger.state(known_cluster(desk, cluster)))
    if hold is None:
        voice().line(f"nothing of {cluster} is held back", "quiet")
        return
    word = release_text(Release(epoch=hold.epoch, by=desk.by, why=why))
    desk.ledger.remember(release_name(cluster), word)
    event, draft = request(desk, cluster, action="release", why=why, hosts=())
    desk.ledger.hear(event, draft)
    voice().line(f"{cluster} is released; follow it with: pgbaton tail {cluster}", "good")
