"""The pages process: puts the hands into the pages. `gunicorn webhook.pages_wsgi:app` serves it.

A gunicorn of its own: open live pages hold threads, and the intake must never wait for one. SIGHUP is
gunicorn's own: it starts a new worker with the inventory and the secrets as they are then.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TypeVar

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webhook.pages import BadCredentials, Credentials, Ports, create_pages, read_credentials
from workers.logs import log_as_json
from workers.secrets import Secrets, SecretUnreadableError
from workers.settings import BadSettings, Settings, read_settings
from workers.store import ledger_of

log = structlog.get_logger(__name__)

Good = TypeVar("Good")
PATIENCE = 2.0
"""Seconds for one reply of Redis."""
THREADS, SPARE = 32, 8
"""As the Procfile has it; live pages leave so many threads to everybody else."""
GUNICORN_HALT = 4
"""The exit code by which gunicorn's arbiter knows that starting the worker again is no use."""


def make_app(environ: Mapping[str, str]) -> Flask:
    """The pages as production has them; ends the process, all mistakes told, where they cannot be."""
    settings = _or_halt(read_settings(environ))
    app = create_pages(
        Ports(
            inventory=settings.inventory,
            ledger=ledger_of(settings.inventory, settings.secrets, read=PATIENCE),
            credentials=_or_halt(_credentials(settings)),
            now=time.time,
            monotonic=time.monotonic,
            viewers=_viewers(settings, _or_halt(_count(environ, "PAGES_THREADS", THREADS))),
        )
    )
    proxies = _or_halt(_count(environ, "PAGES_PROXIES", 0))
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.extensions["warming"].begin()
    return app


def _credentials(settings: Settings) -> Credentials | BadCredentials:
    secrets: Secrets = settings.secrets
    try:
        words: Sequence[tuple[str, ...]] = (
            secrets.words("viewer-password"),
            secrets.words("viewer-tokens"),
        )
    except SecretUnreadableError as error:
        return BadCredentials(mistakes=(str(error),))
    return read_credentials(*words)


def _viewers(settings: Settings, threads: int) -> int:
    """Each live page holds a thread; some always stay for who only asks."""
    wanted, most = settings.inventory.pages.viewers, max(1, threads - SPARE)
    if wanted > most:
        remedy = f"set PAGES_THREADS to {wanted + SPARE} or pages.viewers to {most}"
        log.warning("pages.viewers", wanted=wanted, served=most, remedy=remedy)
    return min(wanted, most)


def _count(environ: Mapping[str, str], name: str, default: int) -> int | BadSettings:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        return BadSettings(mistakes=(f"{name} is {text!r}; it must be a number such as {default}",))
    return int(text)


def _or_halt(found: Good | BadSettings | BadCredentials) -> Good:
    if isinstance(found, BadSettings | BadCredentials):
        sys.stderr.write(f"{found}\n")
        raise SystemExit(GUNICORN_HALT)
    return found


log_as_json()
app = make_app(os.environ)
