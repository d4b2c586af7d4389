"""Answers that no client should have to read: by a status, or by what is wrong with the body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from deploy.lab.linode.rest.refusal import json_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

JSON = "application/json"
HTML = "<html><head><title>Sorry</title></head><body>Something went wrong.</body></html>\n"
REASONS = {
    401: "Invalid Token",
    403: "Unauthorized",
    404: "Not found",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def broken(how: str, app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """The answer: "500" and the like are carried out by nobody, "no-id" and "cut" by the API."""
    if how.isdigit():
        reason = REASONS.get(int(how), "Something went wrong")
        return Response(json_of(reason), int(how), content_type=JSON)
    return KINDS[how](app, environ)


def _html(_app: WSGIApplication, _environ: WSGIEnvironment) -> Response:
    return Response(HTML, 200, content_type="text/html")


def _bad_gateway(_app: WSGIApplication, _environ: WSGIEnvironment) -> Response:
    return Response(HTML, 502, content_type="text/html")


def _empty(_app: WSGIApplication, _environ: WSGIEnvironment) -> Response:
    return Response(b"", 200, content_type=JSON)


def _no_id(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    answer = Response.from_app(app, environ)
    body = json.dumps(without_id(json.loads(answer.get_data())))
    return Response(body, answer.status_code, content_type=JSON)


def _cut(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    answer = Response.from_app(app, environ)
    half = answer.get_data()[: len(answer.get_data()) // 2]
    return Response(half, answer.status_code, content_type=JSON)


def without_id(value: Any) -> Any:
    """The same without any member `id`."""
    if isinstance(value, list):
        return [without_id(one) for one in value]
    if isinstance(value, dict):
        return {name: without_id(one) for name, one in value.items() if name != "id"}
    return value


KINDS: Mapping[str, Callable[[WSGIApplication, WSGIEnvironment], Response]] = {
    "html": _html,
    "bad-gateway": _bad_gateway,
    "empty": _empty,
    "no-id": _no_id,
    "cut": _cut,
}
