"""The lab's commands, as ./dev calls them."""

from __future__ import annotations

import os
import signal
import sys

import click

from deploy.lab.inventory import PROFILES
from deploy.lab.machine import LabError

profile = click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    default="lab",
    show_default=True,
    help="Patroni's timing: lab (20/2/3) or its own defaults (30/10/10).",
)
patroni = click.option(
    "--patroni",
    type=click.Choice(["3", "4"]),
    default="4",
    show_default=True,
    help="Debian's own Patroni 3, or the lab's 4.1.",
)


@click.group()
def main() -> None:
    """Machines as namespaces, the real parts on them, and disasters."""
    if os.geteuid() != 0:
        click.echo(
            "the lab needs root to make its machines: run ./dev lab or ./dev drill", err=True
        )
        sys.exit(77)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)


@main.command()
@profile
@patroni
def up(profile: str, patroni: str) -> None:
    """Bring a lab up, say how to hurt it, tear it down with Ctrl-C."""
    from deploy.lab.up import up as bring_up

    bring_up(profile=profile, patroni=int(patroni))


@main.command()
def bench() -> None:
    """Measure what the README promises."""
    click.echo("nothing is measured yet")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(prog_name="./dev")
    except LabError as error:
        click.echo(f"lab: {error}", err=True)
        sys.exit(1)
