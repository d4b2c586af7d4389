"""Addresses and what answers there: each page once whole, and once as the fragment that a live page swaps in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, abort, make_response, render_template, request

from webhook.pages.desk import Desk
from webhook.pages.front import overview
from webhook.pages.incident import told


def add_views(app: Flask, desk: Desk) -> None:
    """/, /clusters/<cluster>, /incidents/<incident>, and /fragment below each."""
    views: dict[str, tuple[str, Callable[..., Response]]] = {
        "front": ("/", lambda name: _front(desk, name)),
        "cluster": ("/clusters/<cluster>", lambda name, cluster: _cluster(desk, name, cluster)),
        "incident": (
            "/incidents/<incident>",
            lambda name, incident: _incident(desk, name, incident),
        ),
    }
    for endpoint, (path, view) in views.items():
        app.add_url_rule(path, endpoint, view, defaults={"name": f"{endpoint}.html"})
        fragment = f"{path.rstrip('/')}/fragment"
        parts = {"name": f"{endpoint}_parts.html"}
        app.add_url_rule(fragment, f"{endpoint}_fragment", view, defaults=parts)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))


def _front(desk: Desk, name: str) -> Response:
    seen = overview(desk, only=None, before=_number("before"))
    return make_response(render_template(name, page=seen, now=desk.ports.now()))


def _cluster(desk: Desk, name: str, cluster: str) -> Response:
    if cluster not in desk.inventory.clusters:
        abort(404)
    seen = overview(desk, only=cluster, before=_number("before"))
    return make_response(render_template(name, page=seen, now=desk.ports.now()))


def _incident(desk: Desk, name: str, incident: str) -> Response:
    seen = told(desk, incident, before=_number("before"))
    if seen is None:
        abort(404)
    return make_response(render_template(name, page=seen, now=desk.ports.now()))


def _number(name: str) -> int | None:
    """A cursor; one that is none is not guessed at."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 - of a 64-bit number
        abort(400, "before must be a number, as the links of these pages have it")
    return int(text)
