"""`pgbaton ack`: somebody says that they have seen an incident, and what they know."""

from __future__ import annotations

import click

from deploy.cli.deeds import deed, one_line
from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.voice import voice
from jobs.audit import Kind


@click.command(short_help="Say that you have seen an incident, and what you know.")
@click.argument("incident")
@click.option("--note", callback=one_line, required=True, help="One line, for everybody.")
@click.pass_obj
def ack(desk: Desk, incident: str, *, note: str) -> None:
    """Acknowledge INCIDENT (as `pgbaton incidents` names it), open or concluded.

    The note shows in its Slack thread, on its page and in its post-mortem. Each call is an entry of
    its own; it changes nothing of what pgbaton does.
    """
    cluster = _cluster_of(desk, incident)
    entry = deed(desk, Kind.ACKNOWLEDGED, incident=incident, evidence={"note": note})
    desk.ledger.append(cluster, [entry])
    voice().line(f"{incident} is acknowledged by {desk.by}", "good")


def _cluster_of(desk: Desk, incident: str) -> str:
    """The cluster whose incident it is; Fault where there is none of this name."""
    cluster = incident.rpartition("-")[0]
    known = cluster in desk.inventory.clusters
    if not known or desk.ledger.span(cluster, incident) is None:
        reason = f"no incident is called {incident!r}"
        raise Fault(reason, "pgbaton incidents names them", code=Exit.USAGE)
    return cluster
