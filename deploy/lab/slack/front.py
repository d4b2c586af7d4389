"""What can go wrong between us and Slack: slow, broken, limited, silent, or an answer that gets lost."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.wrappers import Response

from deploy.lab.linode.faults.front import drop
from deploy.lab.linode.faults.journal import Asked, Journal
from deploy.lab.slack.api import JSON, limited

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
class Faults:
    """What goes wrong now; as made, nothing. `slow` in seconds before each answer; `broken` is a status
    or a name of BROKEN; `error` one of Slack's, answered by nobody's doing; `silent`: nobody is
    answered; `lost_answers`: so many calls are carried out, and their connections dropped;
    `limited_until` in seconds since 1970. `only`: a pattern for the path, for all but `silent`."""

    slow: float = 0.0
    broken: str | None = None
    error: str | None = None
    silent: bool = False
    lost_answers: int = 0
    limited_until: float = 0.0
    only: str = ""


@dataclass(slots=True)
class Front:
    """A WSGI application before the API's: it notes every request, and lets go wrong what should."""

    app: WSGIApplication
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def change(self, **faults: Any) -> None:
        """Let other things go wrong; whoever is kept waiting notices."""
        with self._turn:
            for name, value in faults.items():
                setattr(self.faults, name, value)
            self._turn.notify_all()

    def heal(self) -> None:
        healthy = Faults()
        self.change(**{name: getattr(healthy, name) for name in Faults.__slots__})

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = self.journal.begin(environ["REQUEST_METHOD"], environ["PATH_INFO"], "")

        def heard(status: str, *more: Any) -> Any:
            asked.status = int(status[:3])
            return start(status, *more)

        return self._answer(asked, environ, heard)

    def _answer(
        self, asked: Asked, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        faults = self.faults
        if faults.silent:
            self._keep_waiting(asked, environ)
        if re.search(faults.only, asked.path) is None:
            return self.app(environ, start)
        if faults.slow:
            asked.fault = "slow"
            time.sleep(faults.slow)
        if (instead := self._instead(asked, environ)) is not None:
            return instead(environ, start)
        if self._loses():
            self._lose(asked, environ)
        return self.app(environ, start)

    def _instead(self, asked: Asked, environ: WSGIEnvironment) -> Response | None:
        """Another answer than Slack's; None where nothing is wrong with it."""
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

    def _keep_waiting(self, asked: Asked, environ: WSGIEnvironment) -> NoReturn:
        asked.fault = "silent"
        with self._turn:
            self._turn.wait_for(lambda: not self.faults.silent)
        drop(environ)

    def _loses(self) -> bool:
        with self._turn:
            lost = self.faults.lost_answers > 0
            self.faults.lost_answers -= int(lost)
            return lost

    def _lose(self, asked: Asked, environ: WSGIEnvironment) -> NoReturn:
        asked.fault = "answer lost"
        Response.from_app(self.app, environ)
        drop(environ)


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
    "gzip": _fixed(b"\x1f\x8b", "application/gzip"),
    "limited-without-words": _fixed(b"", "text/plain", 429),
    "odd": _fixed(json.dumps(ODD).encode(), JSON),
    "cut": _cut,
    "drip": _drip,
}
