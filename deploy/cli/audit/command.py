"""`pgbaton audit`: the trail is checked, written to files, cut off behind a checkpoint; journals are taken in."""

from __future__ import annotations

import click

from deploy.cli.audit.accept import accept
from deploy.cli.audit.anchors import anchors
from deploy.cli.audit.export import export
from deploy.cli.audit.taking_in import import_
from deploy.cli.audit.trim import trim
from deploy.cli.audit.verify import verify


@click.group(short_help="Verify, export, trim and take in the audit trail.")
def audit() -> None:
    """The audit trail: what is not in it did not happen, and what is in it can be checked."""


for command in (verify, export, anchors, accept, trim, import_):
    audit.add_command(command)
