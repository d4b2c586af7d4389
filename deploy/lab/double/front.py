"""What can go wrong with any API: slow, limited, silent, or a reply that gets lost; a double adds its own."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from werkzeug.wrappers import Response

from deploy.lab.double.journal import Asked, Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(slots=True, kw_only=True)
class Faults:
    """What goes wrong now; as made, nothing. `slow` in seconds before each answer; `broken` names
    an answer; `silent`: nobody is answered; `lost_replies`: so many calls are carried out, and their
    connections dropped; `limited_until` in seconds since 1970. `only`: a pattern that METHOD and path
    must match, for all but `silent`."""

    slow: float = 0.0
    broken: str | None = None
    silent: bool = False
    lost_replies: int = 0
    limited_until: float = 0.0
    only: str = ""

    def concern(self, asked: Asked) -> bool:
        return re.search(self.only, f"{asked.method} {asked.path}") is not None


Wrong = TypeVar("Wrong", bound=Faults)


@dataclass(slots=True)
class Front(ABC, Generic[Wrong]):
    """A WSGI application before the API's: it notes every request, and lets go wrong what should."""

    app: WSGIApplication
    faults: Wrong
    journal: Journal = field(default_factory=Journal)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    @abstractmethod
    def instead(self, asked: Asked, environ: WSGIEnvironment) -> Response | None:
        """Another answer than the API's, noted in `asked`; None where nothing is wrong with it."""

    def may_lose(self, asked: Asked) -> bool:  # noqa: ARG002 - for who asks
        """Whether this request's reply is one that gets lost."""
        return True

    def change(self, **faults: Any) -> None:
        """Let other things go wrong; whoever is kept waiting notices."""
        with self._turn:
            for name, value in faults.items():
                setattr(self.faults, name, value)
            self._turn.notify_all()

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        with self._turn:
            self.faults = type(self.faults)()
            self._turn.notify_all()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        asked = self.journal.begin(method, path, environ.get("QUERY_STRING", ""))

        def heard(status: str, *more: Any) -> Any:
            asked.status = int(status[:3])
            return start(status, *more)

        return self._answer(asked, environ, heard)

    def _answer(
        self, asked: Asked, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        if self.faults.silent:
            self._keep_waiting(asked, environ)
        if not self.faults.concern(asked):
            return self.app(environ, start)
        if self.faults.slow:
            asked.fault = "slow"
            time.sleep(self.faults.slow)
        if (other := self.instead(asked, environ)) is not None:
            return other(environ, start)
        if self.may_lose(asked) and self._loses():
            self._lose(asked, environ)
        return self.app(environ, start)

    def _keep_waiting(self, asked: Asked, environ: WSGIEnvironment) -> NoReturn:
        asked.fault = "silent"
        with self._turn:
            self._turn.wait_for(lambda: not self.faults.silent)
        drop(environ)

    def _loses(self) -> bool:
        with self._turn:
            lost = self.faults.lost_replies > 0
            self.faults.lost_replies -= int(lost)
            return lost

    def _lose(self, asked: Asked, environ: WSGIEnvironment) -> NoReturn:
        asked.fault = "reply lost"
        Response.from_app(self.app, environ)
        drop(environ)


def drop(environ: WSGIEnvironment) -> NoReturn:
    """End the connection without an answer; werkzeug takes the error for a client that left."""
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
