"""Slack as a process on a machine of the lab: python -m deploy.lab.slack --help tells how."""

from __future__ import annotations

import os
import signal
import sys

import click

from deploy.lab.linode.options import HostAndPort
from deploy.lab.slack.pace import Paces
from deploy.lab.slack.server import Slack
from deploy.lab.slack.workspace import Access, Workspace

TOKEN, WEBHOOK = "SLACK_TOKEN", "SLACK_WEBHOOK_SECRET"


@click.command(
    epilog=f"The bot's token is taken from the environment, {TOKEN}; the last part of the incoming"
    f" webhook's address from {WEBHOOK}, else it is drawn."
)
@click.option("--listen", type=HostAndPort(), required=True, help="Where the API is.")
@click.option("--control", type=HostAndPort(), required=True, help="Where the lab's control is.")
@click.option("--channel", default="C0PGBATON1", show_default=True, help="The channel's id.")
@click.option("--scopes", default="chat:write,channels:history", show_default=True)
@click.option("--per-second", default=1.0, show_default=True, help="Posts a second; 0: no limit.")
@click.option("--burst", default=5, show_default=True, help="Posts at once.")
def main(
    listen: tuple[str, int],
    control: tuple[str, int],
    channel: str,
    scopes: str,
    per_second: float,
    burst: int,
) -> None:
    """Slack's Web API for one channel, and the alert and heartbeat sinks, until TERM. Nothing is kept."""
    access = Access(token=_token(), scopes=scopes)
    if secret := os.environ.get(WEBHOOK):
        access.webhook = secret
    paces = Paces()
    paces.post.per_second, paces.post.burst = per_second, burst
    _serve(
        Slack(
            access=access,
            space=Workspace(channel=channel),
            paces=paces,
            listen=listen,
            control=control,
        )
    )


def _token() -> str:
    if not (token := os.environ.get(TOKEN, "")):
        raise click.UsageError(f"set {TOKEN} to the token that clients will use")
    return token


def _serve(slack: Slack) -> None:
    try:
        slack.start()
        click.echo(f"slack: API on {slack.url}, control on {slack.desk.url}")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    finally:
        slack.stop()


if __name__ == "__main__":
    # Before any thread is made, so that all of them leave these signals to sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(prog_name="python -m deploy.lab.slack")
