"""Every refusal leaves as an RFC 9457 problem document, so that a sender can tell what to change."""

from __future__ import annotations

import json
from collections.abc import Mapping

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, NotFound

from webhook.refusal import MEANINGS, Reason, Refusal

CONTENT_TYPE = "application/problem+json"
_log = structlog.get_logger("pgbaton.webhook")


def problem(
    *, name: str, title: str, status: int, detail: str, retry: bool, field: str | None = None
) -> Response:
    """A problem document. `retry` tells whether the same request may succeed later unchanged."""
    document = {
        "type": type_of(name),
        "title": title,
        "status": status,
        "detail": detail,
        "retry": retry,
    }
    if field is not None:
        document["field"] = field
    return Response(json.dumps(document), status=status, content_type=CONTENT_TYPE)


def type_of(name: str) -> str:
    """A problem's identity, which is an address on this server."""
    return f"/problems/{name}"


def refusal_problem(refusal: Refusal) -> Response:
    """The answer to a refused event. 401 names the scheme, as HTTP wants it; the server's Date,
    by which a sender may sign again, comes from the HTTP server itself."""
    meaning = refusal.meaning
    response = problem(
        name=refusal.reason,
        title=meaning.title,
        status=meaning.status,
        detail=refusal.detail,
        retry=meaning.retry,
        field=refusal.field,
    )
    if meaning.status == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = 'StandardWebhooks realm="pgbaton"'
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def add_problems(app: Flask) -> None:
    """Let Flask's own errors leave in the same shape, and explain each reason at its type's address."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _unforeseen)
    app.add_url_rule("/problems/<name>", view_func=_explain)


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    response = problem(
        name=f"http-{status}",
        title=error.name,
        status=status,
        detail=_HINTS.get(status, error.description or error.name),
        retry=False,
    )
    if allowed := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allowed
    return response


_HINTS: Mapping[int, str] = {
    404: "There is nothing at this address; events are posted to /events.",
    405: "This address does not take this method; events are sent to /events with POST.",
}


def _unforeseen(error: Exception) -> Response:
    _log.error("request.failed", exc_info=error)
    return problem(
        name="internal-error",
        title="An error of ours",
        status=500,
        detail="Nothing was recorded for sure; send the same event again. The server's log says more.",
        retry=True,
    )


def _explain(name: str) -> Response:
    if name not in set(Reason):
        raise NotFound
    meaning = MEANINGS[Reason(name)]
    again = "The same event may be sent again." if meaning.retry else "Change it before sending."
    return Response(f"{meaning.status} {meaning.title}.\n{again}\n", mimetype="text/plain")
