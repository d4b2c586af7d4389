"""What can go wrong with Slack in particular: its rate limit, its errors, answers that nobody should read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from deploy.lab.double.front import Faults as AnyFaults
from deploy.lab.double.front import Front as AnyFront
from deploy.lab.double.journal import Asked
from deploy.lab.slack.api import JSON, limited

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ODD = {
    "ok": True,
    "ts": "soon",
    "bot_id": "B0PGBATON1",
    "response_metadata": "none",
    "messages": [
        7,
        {"metadata": 7},
        {"metadata": {"event_type": "pgbaton", "event_payload": {"key": 7}}},
        {
            "metadata": {"event_type": "pgbaton", "event_payload": {"key": "k"}},
            "bot_id": "B0PGBATON1",
            "ts": 7,
        },
    ],
}
"""All members have names that Slack uses, and none has a value that Slack would give it."""
HTML = "<html><head><title>Sorry</title></head><body>Something went wrong.</body></html>\n"


@dataclass(slots=True, kw_only=True)
class Faults(AnyFaults):
    """Besides what goes wrong anywhere: `error`, one of Slack's, answered by nobody's doing; `broken` is
    a status or a name of BROKEN."""

    error: str | None = None


@dataclass(slots=True)
class Front(AnyFront[Faults]):
    """Before Slack's API."""

    faults: Faults = field(default_factory=Faults)

    def instead(self, asked: Asked, environ: WSGIEnvironment) -> Response | None:
        faults, left = self.faults, self.faults.limited_until - time.time()
        if left > 0:
            asked.fault = "limited"
            return limited(max(1, round(left)))
        if faults.error is not None:
            asked.fault = f"error: {faults.error}"
            return Response(json.dumps({"ok": False, "error": faults.error}), content_type=JSON)
        if faults.broken is not None:
            asked.fault = f"broken: {faults.broken}"
            return broken(faults.broken, self.app, environ)
        return None


def broken(how: str, app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """An answer that no client should have to read: a status that nobody carried anything out for, or
    one of BROKEN."""
    if how.isdigit():
        return Response("upstream connect error", int(how), content_type="text/plain")
    return BROKEN[how](app, environ)


def _cut(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    answer = Response.from_app(app, environ)
    body = answer.get_data()
    return Response(body[: len(body) // 2], answer.status_code, content_type=JSON)


def _drip(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """The right answer, a byte at a time: no pause is long, and the whole takes for ever."""
    body = Response.from_app(app, environ).get_data()

    def dripping() -> Iterator[bytes]:
        for place in range(len(body)):
            time.sleep(0.1)
            yield body[place : place + 1]

    return Response(dripping(), 200, content_type=JSON)


def _fixed(body: bytes, kind: str, status: int = 200) -> Callable[..., Response]:
    return lambda _app, _environ: Response(body, status, content_type=kind)


BROKEN: Mapping[str, Callable[[WSGIApplication, WSGIEnvironment], Response]] = {
    "html": _fixed(HTML.encode(), "text/html"),
    "bad-gateway": _fixed(HTML.encode(), "text/html", 502),
    "empty": _fixed(b"", JSON),
    "list": _fixed(b"[]", JSON),
    "number": _fixed(b"7", JSON),
    "no-ts": _fixed(b'{"ok": true}', JSON),
    "bytes": _fixed(b"\xff\xfe{", JSON),
    "charset": _fixed(HTML.encode(), "text/html; charset=no-such", 502),
    "gzip": _fixed(b"\x1f\x8b", "application/gzip"),
    "limited-without-words": _fixed(b"", "text/plain", 429),
    "odd": _fixed(json.dumps(ODD).encode(), JSON),
    "cut": _cut,
    "drip": _drip,
}
