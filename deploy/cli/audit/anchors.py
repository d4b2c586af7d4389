"""`pgbaton audit anchors`: what was noted of a trail, and where it stands."""

from __future__ import annotations

from dataclasses import asdict

import click

from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Exit
from deploy.cli.noted import ask_anchors
from deploy.cli.trail import date_of
from deploy.cli.voice import say_json, voice


@click.command(short_help="What was noted of a trail outside Redis, and where it stands.")
@click.argument("cluster")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def anchors(desk: Desk, cluster: str, *, as_json: bool) -> None:
    """List CLUSTER's anchors in etcd and in Slack. Needs no Redis; exit code 69 where etcd is out of reach."""
    asked = ask_anchors(desk, known_cluster(desk, cluster))
    if as_json:
        rows = [asdict(one) for one in asked.anchors]
        say_json({"complete": asked.complete, "reason": asked.reason, "anchors": rows})
    else:
        voice().rows(
            [
                (str(a.seq), a.kind, a.hash, date_of(a.at / 1e6) if a.at else "", a.place)
                for a in asked.anchors
            ],
            head=("entry", "kind", "hash", "written", "stands in"),
        )
        if asked.reason:
            voice().line(asked.reason, "bad")
    raise click.exceptions.Exit(Exit.YES if asked.complete else Exit.UNAVAILABLE)
