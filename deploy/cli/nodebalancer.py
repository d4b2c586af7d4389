"""`pgbaton nodebalancer`: what Linode shows of a NodeBalancer, and how it becomes what the inventory says."""

from __future__ import annotations

import click

from deploy.cli.lazy import LazyGroup

DOORS = {
    "show": ("deploy.cli.showing:show", "What Linode shows, and how the inventory differs."),
    "apply": ("deploy.cli.applying:apply", "Create or mend one; removes nothing."),
}


@click.group(cls=LazyGroup, doors=DOORS, short_help="Show and mend NodeBalancers.")
def nodebalancer() -> None:
    """The NodeBalancers of the inventory, as they stand at Linode. Needs the secret linode-token."""
