"""`pgbaton script presets` and `script application`: what an application may be, and what one became."""

from __future__ import annotations

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault


@click.command(short_help="Every preset, and what it may be told.")
def presets() -> None:
    """Print what each preset edits, runs, restarts and checks, and its parameters, as docs/presets.md has it."""
    from jobs.presets import PRESETS, told

    click.echo(told(PRESETS), nl=False)


@click.command(short_help="An application, spelled out.")
@click.argument("name", metavar="APPLICATION")
@click.pass_obj
def application(desk: Desk, name: str) -> None:
    """Print APPLICATION as if its preset had been written out: files, commands, services, check.

    What is printed may stand in the inventory instead, to go on from there by hand.
    """
    import tomlkit

    found = desk.inventory.applications.get(name)
    if found is None:
        have = ", ".join(desk.inventory.applications) or "none"
        raise Fault(f"there is no application {name}", f"there is: {have}", code=Exit.USAGE)
    table = found.model_dump(mode="json", exclude_defaults=True)
    click.echo(tomlkit.dumps({"applications": {name: table}}), nl=False)
