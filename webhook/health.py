"""What monitors ask: does the process live, could it record an event, what has it counted."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from jobs.ports import LedgerUnavailable
from webhook.ports import Ports
from webhook.problems import problem


def add_health(app: Flask, ports: Ports) -> None:
    """Answer at /healthz, /readyz and /metrics."""
    app.add_url_rule("/healthz", "healthz", lambda: Response("alive\n", mimetype="text/plain"))
    app.add_url_rule("/readyz", "readyz", lambda: _ready(ports))
    app.add_url_rule("/metrics", "metrics", lambda: _metrics(ports))


def _ready(ports: Ports) -> Response:
    obstacles = _obstacles(ports)
    if not obstacles:
        return Response("ready\n", mimetype="text/plain")
    response = problem(
        name="not-ready",
        title="Events cannot be made durable",
        status=503,
        detail=" ".join(obstacles),
        retry=True,
    )
    response.headers["Retry-After"] = "1"
    return response


def _obstacles(ports: Ports) -> Sequence[str]:
    try:
        return ports.ready()
    except LedgerUnavailable as error:
        return [f"{error}."]


def _metrics(ports: Ports) -> Response:
    return Response(generate_latest(ports.registry), content_type=CONTENT_TYPE_LATEST)
