"""The long-running processes' commands; what they do is in workers/processes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from deploy.cli.exits import Exit, Fault
from workers.spared import spared


@click.command(short_help="Run jobs (any number, anywhere).")
@click.option("--name", help="This worker's name; else its machine's and a random part.")
@click.option("--burst", is_flag=True, help="End when no job waits.")
def worker(*, name: str | None, burst: bool) -> None:
    """Run jobs until told to end (SIGTERM finishes the job at hand; SIGHUP reads the inventory anew)."""
    from deploy.remote import plain_script

    with spared():
        from workers.processes.worker import run_worker

    _run(partial(run_worker, script=plain_script(), name=name, burst=burst))


def _with_metrics(process: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a process that serves /metrics only where it is told a port."""
    port = click.option(
        "--metrics-port",
        type=click.IntRange(1, 65535),
        envvar=f"PGBATON_{process}_METRICS_PORT",
        show_envvar=True,
        help="Serve /metrics there; else nowhere.",
    )
    address = click.option(
        "--metrics-address", default="127.0.0.1", show_default=True, help="To listen on."
    )
    return lambda command: port(address(command))


@click.command(short_help="Hear of new leaders from etcd itself.")
@_with_metrics("WATCH")
def watch(*, metrics_port: int | None, metrics_address: str) -> None:
    """Watch every etcd of the inventory, and post what changes to the webhook, signed as [senders.watch]."""
    with spared():
        from workers.processes.watch import run_watch

    if metrics_port is not None:
        _demand_free(metrics_address, metrics_port)
    _run(partial(run_watch, port=metrics_port, address=metrics_address))


@click.command(short_help="Compare truth with what was applied.")
@_with_metrics("CLOCK")
def clock(*, metrics_port: int | None, metrics_address: str) -> None:
    """Compare every cluster's truth with what was applied, again and again. Two may run; one acts."""
    with spared():
        from workers.processes.clock import run_clock

    if metrics_port is not None:
        _demand_free(metrics_address, metrics_port)
    _run(partial(run_clock, port=metrics_port, address=metrics_address))


@click.command(short_help="Hear from Linode of nodes and machines.")
def probe() -> None:
    """Poll the NodeBalancers' nodes and Linode's own events, within its rate limits, and post what
    changes to the webhook, signed as [senders.probe]. Two may run; one acts."""
    with spared():
        from workers.processes.probe import run_probe

    _run(run_probe)


@click.command(short_help="Tell the trail: Slack, alerts, metrics, anchors.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=9187, show_default=True, help="For /metrics."
)
@click.option("--address", default="127.0.0.1", show_default=True, help="To listen on.")
def chronicle(*, port: int, address: str) -> None:
    """Follow every trail: tell incidents in Slack and to the alert route, anchor its heads in etcd, and
    serve what it says at /metrics. Two may run; one posts."""
    with spared():
        from workers.processes.chronicle import run_chronicle

    _demand_free(address, port)
    _run(partial(run_chronicle, port=port, address=address))


def _run(process: Callable[..., Any]) -> None:
    """Settings in, or every mistake and exit code 78, which systemd shows as a configuration error."""
    from workers.logs import log_as_json
    from workers.settings import settings_or_exit

    log_as_json()
    settings = settings_or_exit(os.environ)
    try:
        process(settings.inventory, settings.secrets)
    except ValueError as error:
        raise Fault(str(error), code=Exit.CONFIG) from None


def _demand_free(address: str, port: int) -> None:
    """Fault where nobody could listen there: another chronicle may, or the address is none of ours."""
    try:
        family, _, _, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(place, family=family).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise Fault(
            f"cannot listen on {address}:{port}: {why}",
            "end who listens there, or choose another --port or --address",
            code=Exit.UNAVAILABLE,
        ) from None
