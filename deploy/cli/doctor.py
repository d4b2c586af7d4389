"""`pgbaton doctor`: looks at what runs, and says what is wrong with it and why that hurts."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli.lazy import LazyGroup

DOORS = {
    "nodebalancer": ("deploy.cli.diagnosis:nodebalancer", "What a NodeBalancer really does."),
}


@click.group(
    cls=LazyGroup,
    doors=DOORS,
    invoke_without_command=True,
    short_help="What will break in the next disaster, and the mend.",
)
@click.option("--all", "everything", is_flag=True, help="Also what is good, and every note.")
@click.option("--no-ping", is_flag=True, help="Send no events: the trail stays as it is.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="The folder of keys; else PGBATON_KEYS, else `keys` beside the inventory.",
)
@click.option(
    "--at",
    metavar="MACHINE",
    help="Let MACHINE look, where pgbaton runs, over SSH with push's key; and here what its keys show.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def doctor(
    ctx: click.Context,
    *,
    everything: bool,
    no_ping: bool,
    keys: Path | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Look at everything that runs: etcd, Patroni, replication, hooks, mux, NodeBalancers, Redis, the
    processes, webhook, hosts, trail, clocks, certificates, Slack and Linode. One table: red, amber or
    green, why it hurts, and the mend. Moves and mends nothing; its signed pings stand in the trail.

    Exit code: 0 all is green, 6 amber at worst, 1 something is red; with --at, 2 no such machine, 69
    it cannot look.
    """
    if ctx.invoked_subcommand is not None:
        return
    from deploy.cli.health import health

    health(ctx.obj, at=at, keys=keys, pings=not no_ping, everything=everything, as_json=as_json)
