"""The web process: puts the hands into the ear. `gunicorn webhook.wsgi:app` serves it.

One gthread process is meant: metrics and rate limits live in its memory. SIGHUP is gunicorn's own:
it starts a new worker with the inventory as it is then, so have `pgbaton check` pass before it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TypeVar

from flask import Flask
from prometheus_client import REGISTRY

from webhook.app import create_app
from webhook.aside import OneThread
from webhook.durable import DurableRecorder
from webhook.ports import Ports
from workers.logs import log_as_json
from workers.redis import connect, findings
from workers.settings import BadSettings, Settings, hmac_secrets, read_settings
from workers.store import ledger_of, redis_of

Good = TypeVar("Good")
PATIENCE = 0.8
"""Seconds for one reply of Redis: with three attempts a hook, which waits 3 s, hears the 503."""
GUNICORN_HALT = 4
"""The exit code by which gunicorn's arbiter knows that starting the worker again is no use."""


def make_app(environ: Mapping[str, str]) -> Flask:
    """The intake as production has it; ends the process, all mistakes told, where it cannot be."""
    settings = _or_halt(read_settings(environ))
    secrets = _or_halt(hmac_secrets(settings))
    ledger = ledger_of(settings.inventory, settings.secrets, read=PATIENCE)
    ready = _Ready(settings)
    return create_app(
        Ports(
            inventory=settings.inventory,
            ledger=DurableRecorder(ledger=ledger, ready=ready, monotonic=time.monotonic),
            ready=ready,
            now=time.time,
            aside=OneThread(),
            registry=REGISTRY,
            hmac_secrets=secrets,
            version=version("pgbaton"),
        )
    )


class _Ready:
    """Asks Redis over a connection of its own whether it keeps what it acknowledges."""

    def __init__(self, settings: Settings) -> None:
        self._redis = connect(redis_of(settings.inventory, settings.secrets), read=PATIENCE)

    def __call__(self) -> Sequence[str]:
        return [f"{one.what}; {one.remedy}." for one in findings(self._redis)]


def _or_halt(found: Good | BadSettings) -> Good:
    if isinstance(found, BadSettings):
        sys.stderr.write(f"{found}\n")
        raise SystemExit(GUNICORN_HALT)
    return found


log_as_json()
app = make_app(os.environ)
