"""The lab's commands, as ./dev calls them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy.lab.bench.families import FAMILIES
from deploy.lab.inventory import PROFILES
from deploy.lab.machine import LabError

OUTPUT = click.Path(dir_okay=False, writable=True, path_type=Path)

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
@click.option(
    "--endpoint",
    type=click.Choice(["leader", "nodebalancer", "both"]),
    default="both",
    show_default=True,
    help="Where the shops point.",
)
def up(profile: str, patroni: str, endpoint: str) -> None:
    """Bring a lab up, say how to hurt it, tear it down with Ctrl-C."""
    from deploy.lab.up import up as bring_up

    with _interruptible():
        bring_up(profile=profile, patroni=int(patroni), endpoint=endpoint)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME… | all | random]")
@profile
@patroni
@click.option(
    "--endpoint",
    type=click.Choice(["leader", "nodebalancer", "both"]),
    help="Where the shops point; else as the disaster has it.",
)
@click.option("--list", "listed", is_flag=True, help="Say what there is to play, and its outcome.")
@click.option(
    "--machines",
    is_flag=True,
    help="Boot every node as a Debian machine (Patroni 3), brought up by pgbaton push alone.",
)
@click.option("--times", type=click.IntRange(1), help="Play each until it was played so often.")
@click.option(
    "--at-once",
    type=click.IntRange(1, 8),
    default=2,
    show_default=True,
    help="Labs at a time, where several drills are played.",
)
@click.option("--seed", type=int, default=1, help="Of random: the same seed, the same sequence.")
@click.option("--minutes", type=click.FloatRange(0.5), default=10, help="Of random: for how long.")
@click.option("--round", "number", type=click.IntRange(0), help="Of random: this lab's part alone.")
@click.option("--mutants", is_flag=True, help="Break pgbaton on purpose: is every breach noticed?")
@click.option("--table", is_flag=True, help="What the results so far came to, as Markdown.")
@click.option("--results", type=OUTPUT, help="Where they add up [drills/results.jsonl].")
@click.option("--report", type=OUTPUT, help="Write the result as JSON.")
@click.option("--export-audit", type=OUTPUT, help="Keep the audit trail, one JSON line an entry.")
def drill(**asked: Any) -> None:
    """Rehearse disasters: exit code 0 only if every invariant held.

    Without a NAME it is kill-leader-machine. One is played before your eyes; several, or with --times,
    are told in a line each, and their results add up in a file: what was played already is not
    played again.
    """
    from deploy.lab.drill.asked import Asked, run

    with _interruptible():
        sys.exit(run(Asked(**asked)))


@main.command()
@click.argument("what", type=click.Choice([*FAMILIES, "all"]), default="all")
@click.option(
    "--epochs",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Changes of leader in a real cluster.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.1),
    default=5,
    show_default=True,
    help="How long rest is looked at, for each size.",
)
@click.option("--quick", is_flag=True, help="A look in a minute or two, which proves nothing.")
@click.option("--json", "file", type=OUTPUT, help="Write the results here.")
@click.option("--doc", is_flag=True, help="Write them into docs/benchmarks.md, with pictures.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measure nothing: write the document from what --json wrote.",
)
def bench(epochs: int, minutes: float, quick: bool, **asked: Any) -> None:  # noqa: FBT001
    """Measure what docs/benchmarks.md promises; exit 0 only if every limit held."""
    from deploy.lab.bench.asked import Asked, run
    from deploy.lab.bench.families import Wish

    if asked["source"] and asked["file"]:
        raise click.UsageError(
            "--from measures nothing that --json could write: leave out one of them"
        )
    wish = Wish(epochs=epochs, minutes=minutes, quick=quick)
    with _interruptible():
        sys.exit(0 if run(Asked(wish=wish, **asked), now=datetime.now(tz=UTC)) else 1)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Whatever ends us early ends us with 130, after the lab is gone."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("interrupted; the lab is gone, nothing of it is left", err=True)
        sys.exit(130)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(prog_name="./dev")
    except LabError as error:
        click.echo(f"lab: {error}", err=True)
        sys.exit(1)
