"""The lab's commands, as ./dev calls them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

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
@click.argument("scenario", default="kill-leader-machine")
@profile
@patroni
@click.option(
    "--endpoint",
    type=click.Choice(["leader", "nodebalancer", "both"]),
    help="Where the shops point; else as the scenario has it.",
)
@click.option(
    "--machines",
    is_flag=True,
    help="Boot every node as a Debian machine (Patroni 3), brought up by pgbaton push alone.",
)
@click.option("--report", type=OUTPUT, help="Write the result as JSON.")
@click.option("--export-audit", type=OUTPUT, help="Keep the audit trail, one JSON line an entry.")
def drill(
    scenario: str,
    profile: str,
    patroni: str,
    endpoint: str | None,
    report: Path | None,
    export_audit: Path | None,
    *,
    machines: bool,
) -> None:
    """Rehearse a disaster: exit code 0 only if every invariant held.

    SCENARIO is kill-leader-machine (if none is named), switchover, stale-member, patroni-stopped,
    postgres-crash, leader-cut, etcd-outage, balancer-only, balancer-check-interval, linode-down,
    slack-down or worker-killed.
    """
    from deploy.lab.drill.play import Wish, play
    from deploy.lab.drill.scenarios import ON_MACHINES, SCENARIOS

    if scenario not in SCENARIOS:
        raise click.BadParameter(f"there is: {', '.join(SCENARIOS)}", param_hint="SCENARIO")
    if machines and (scenario not in ON_MACHINES or endpoint not in {None, "leader"}):
        raise click.UsageError(
            f"booted machines play {', '.join(ON_MACHINES)}, with --endpoint leader"
        )
    wish = Wish(
        scenario=scenario,
        profile=profile,
        patroni=int(patroni),
        endpoint=endpoint,
        machines=machines,
        report=report,
        export_audit=export_audit,
    )
    with _interruptible():
        sys.exit(0 if play(wish) else 1)


@main.command()
@click.argument("what", type=click.Choice(["reaction", "slack", "all"]), default="all")
@click.option("--epochs", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the results here.")
def bench(what: str, epochs: int, file: Path | None) -> None:
    """Measure what the README promises; exit 0 only if every limit held."""
    from deploy.lab.bench import reaction, slack
    from deploy.lab.bench.show import show, write

    measures = {"reaction": reaction.measure, "slack": slack.measure}
    results = [m(epochs=epochs) for name, m in measures.items() if what in {name, "all"}]
    show(results)
    if file is not None:
        write(file, results)
    sys.exit(0 if all(result.held for result in results) else 1)


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
