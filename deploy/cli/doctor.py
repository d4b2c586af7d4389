"""`pgbaton doctor`: looks at what runs, and says what is wrong with it and why that hurts."""

from __future__ import annotations

import click

from deploy.cli.lazy import LazyGroup

DOORS = {
    "nodebalancer": ("deploy.cli.diagnosis:nodebalancer", "What a NodeBalancer really does."),
}


@click.group(cls=LazyGroup, doors=DOORS, short_help="What is wrong with what runs, and why.")
def doctor() -> None:
    """Look at what runs, and say what is wrong with it, why it hurts, and what to do. Changes nothing."""
