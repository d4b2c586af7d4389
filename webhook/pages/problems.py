"""Pages for what went wrong, each with what to do next; nothing of the inside is shown."""

from __future__ import annotations

import structlog
from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from jobs.ports import LedgerUnavailable

log = structlog.get_logger(__name__)

SAYS = {
    400: ("This address cannot be read", "Go on from the front page."),
    403: ("This form did not come from these pages", "Open the page again and repeat it."),
    404: (
        "Nothing is here",
        "No incident or cluster of this name is known. The front page lists all.",
    ),
    405: ("These pages are only read", "Go on from the front page."),
}
_ELSE = ("This did not work", "Try again; the log of the pages process says more.")


def add_problems(app: Flask) -> None:
    """Answer HTTP errors, an unreachable Redis, and bugs."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(LedgerUnavailable, _blind)
    app.register_error_handler(Exception, _bug)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    title, remedy = SAYS.get(code, _ELSE)
    return _page(code, title, remedy)


def _blind(error: LedgerUnavailable) -> Response:
    log.warning("pages.blind", reason=str(error))
    remedy = error.remedy[:1].upper() + error.remedy[1:]
    text = f"{error.reason.rstrip('.')}. {remedy}. The failovers themselves go on being recorded by hooks and hosts."
    answer = _page(503, "The trail cannot be read now", text)
    answer.headers["Retry-After"] = "5"
    return answer


def _bug(error: Exception) -> Response:
    log.error("pages.bug", exc_info=error)
    return _page(500, *_ELSE)


def _page(code: int, title: str, remedy: str) -> Response:
    return make_response(
        render_template("problem.html", title=title, remedy=remedy, code=code), code
    )
