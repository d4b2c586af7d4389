"""`pgbaton audit`: the trail is checked, written to files, cut off behind a checkpoint; journals are taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.audit.accept import accept
from deploy.cli.audit.anchors import anchors
from deploy.cli.audit.export import export
from deploy.cli.audit.trim import trim
from deploy.cli.audit.verify import verify
from deploy.cli.desk import Desk, known_cluster
from deploy.cli.exits import Fault
from deploy.cli.journal import read as read_journal
from deploy.cli.trail import stamp_of
from deploy.cli.voice import voice

if TYPE_CHECKING:
    from deploy.cli.journal import Step


@click.group(short_help="Verify, export, trim and take in the audit trail.")
def audit() -> None:
    """The audit trail: what is not in it did not happen, and what is in it can be checked."""


for command in (verify, export, anchors, accept, trim):
    audit.add_command(command)


@audit.command(name="import", short_help="Take the journal of a repoint --now in, once.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(desk: Desk, file: Path) -> None:
    """Take the journal of a `repoint --now` into the trail. A second time changes nothing."""
    steps = list(read_journal(file))
    if not steps:
        raise Fault(f"{file} holds no step", "name a file that `repoint --now` wrote")
    for cluster in dict.fromkeys(step.cluster for step in steps):
        known_cluster(desk, cluster)
        own = [step for step in steps if step.cluster == cluster]
        fresh = _unknown(desk, cluster, own)
        desk.ledger.append(cluster, [step.draft() for step in fresh])
        since = stamp_of(own[0].at)
        voice().line(
            f"{cluster}: {len(fresh)} steps taken in, {len(own) - len(fresh)} known already (from {since})",
            "good",
        )


def _unknown(desk: Desk, cluster: str, steps: list[Step]) -> list[Step]:
    known = {entry.facts["id"] for entry in desk.ledger.entries(cluster)}
    return [step for step in steps if step.draft().id not in known]
