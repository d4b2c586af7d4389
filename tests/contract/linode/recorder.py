"""What passed between a client and the double: without it, nothing could be held to the document."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that was carried out, and the answer; header names in lower case."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes


@dataclass(slots=True)
class Recorder:
    """A WSGI application that passes everything on and remembers it."""

    app: WSGIApplication
    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        said: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said[:] = [int(status[:3]), {name.lower(): value for name, value in headers}]
            return start(status, headers, *error)

        answer = b"".join(self.app(environ, keep))
        self.exchanges.append(_exchange(environ, body, said, answer))
        return [answer]


def _exchange(environ: WSGIEnvironment, body: bytes, said: list[Any], answer: bytes) -> Exchange:
    headers = {
        name[5:].lower().replace("_", "-"): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return Exchange(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=parse_qsl(environ.get("QUERY_STRING", "")),
        headers={**headers, "content-type": environ.get("CONTENT_TYPE", "")},
        body=body,
        status=said[0],
        answer_headers=said[1],
        answer=answer,
    )
