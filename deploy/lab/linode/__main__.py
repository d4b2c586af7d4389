"""Linode as a process on a machine of the lab: python -m deploy.lab.linode --help tells how."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import click

from deploy.lab.linode.account.modes import Modes
from deploy.lab.linode.account.seed import sow
from deploy.lab.linode.account.world import World
from deploy.lab.linode.options import HostAndPort, Ip, Machine, SeedFile
from deploy.lab.linode.rest.access import EVERYTHING, Token
from deploy.lab.linode.rest.refusal import Refused
from deploy.lab.linode.server import Linode
from deploy.lab.linode.traffic.layout import Manner
from deploy.lab.linode.traffic.plane import Plane

TOKEN = "LINODE_TOKEN"  # noqa: S105 - the variable's name
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"


@click.command(epilog=f"The API's token is taken from the environment, {TOKEN}.")
@click.option("--listen", type=HostAndPort(), required=True, help="Where the API is.")
@click.option("--control", type=HostAndPort(), required=True, help="Where the lab's control is.")
@click.option(
    "--balancer-address",
    "addresses",
    type=Ip(),
    multiple=True,
    help="For NodeBalancers to have; without any they carry no traffic.",
)
@click.option("--state", type=click.Path(path_type=Path), required=True, help="HAProxy's files.")
@click.option("--instance", "machines", type=Machine(), multiple=True, help="A Linode there is.")
@click.option("--seed", type=SeedFile(), help="What else there is, as JSON (see account/seed.py).")
@click.option("--scopes", default=EVERYTHING, show_default=True, help="What the token may do.")
@click.option("--mode-delay", default=2.0, show_default=True, help="Until a mode takes effect.")
@click.option("--rise", default=2, show_default=True, help="Checks passed until a node is UP.")
@click.option("--source", type=Ip(), help="Where checks and traffic come from, on this machine.")
def main(
    listen: tuple[str, int],
    control: tuple[str, int],
    addresses: tuple[str, ...],
    state: Path,
    machines: tuple[dict[str, Any], ...],
    seed: dict[str, Any] | None,
    scopes: str,
    mode_delay: float,
    rise: int,
    source: str | None,
) -> None:
    """Linode's API and its NodeBalancers' traffic, until TERM. Nothing is kept."""
    world = World(modes=Modes(delay=mode_delay), addresses=list(addresses))
    _sow(world, {"machines": machines})
    _sow(world, seed or {})
    plane = None
    if addresses:
        manner = Manner(rise=rise, source=source)
        plane = Plane(world=world, program=_haproxy(), folder=state.absolute(), manner=manner)
    tokens = [Token(secret=_token(), scopes=scopes)]
    _serve(Linode(world=world, tokens=tokens, plane=plane, listen=listen, control=control))


def _sow(world: World, seed: dict[str, Any]) -> None:
    try:
        sow(world, seed)
    except (ValueError, Refused) as error:
        raise click.BadParameter(str(error), param_hint="--seed") from None


def _token() -> str:
    if not (token := os.environ.get(TOKEN, "")):
        raise click.UsageError(f"set {TOKEN} to the token that clients will use")
    return token


def _haproxy() -> Path:
    found = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:{SYSTEM}")
    if found is None:
        raise click.UsageError("there is no haproxy on this machine")
    return Path(found)


def _serve(linode: Linode) -> None:
    try:
        linode.start()
        click.echo(f"linode: API on {linode.api.url}/v4, control on {linode.desk.url}")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    finally:
        linode.stop()


if __name__ == "__main__":
    # Before any thread is made, so that all of them leave these signals to sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(prog_name="python -m deploy.lab.linode")
