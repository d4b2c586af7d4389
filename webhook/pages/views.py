"""Addresses and what answers there: each page once whole, and once as the fragment that a live page swaps in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask, Response, abort, render_template, request

from webhook.pages.desk import Desk
from webhook.pages.fragments import Fragments
from webhook.pages.front import overview
from webhook.pages.incident import told

View = Callable[..., str]
"""Renders the template of the name it is given; keywords are the address's own."""


def add_views(app: Flask, desk: Desk) -> None:
    """/, /clusters/<cluster>, /incidents/<incident>, and /fragment below each."""
    fragments = Fragments(desk.ports.monotonic)
    views: dict[str, tuple[str, View]] = {
        "front": ("/", partial(_front, desk)),
        "cluster": ("/clusters/<cluster>", partial(_cluster, desk)),
        "incident": ("/incidents/<incident>", partial(_incident, desk)),
    }
    for name, (path, view) in views.items():
        app.add_url_rule(path, name, partial(view, f"{name}.html"))
        shared = partial(_shared, desk, fragments, partial(view, f"{name}_parts.html"))
        app.add_url_rule(f"{path.rstrip('/')}/fragment", f"{name}_fragment", shared)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))


def _shared(desk: Desk, fragments: Fragments, view: View, **address: str) -> str:
    """What is asked for at one address while nothing is new is made once."""
    clusters = _clusters(desk, **address)
    heads = desk.ledger.heads(clusters)
    key = request.full_path, tuple(heads[cluster].seq for cluster in clusters)
    return fragments.get(key, partial(view, **address))


def _clusters(desk: Desk, *, cluster: str = "", incident: str = "") -> list[str]:
    if cluster or incident:
        return [cluster or incident.rpartition("-")[0]]
    return list(desk.inventory.clusters)


def _front(desk: Desk, name: str) -> str:
    seen = overview(desk, only=None, before=_number("before"))
    return render_template(name, page=seen)


def _cluster(desk: Desk, name: str, cluster: str) -> str:
    if cluster not in desk.inventory.clusters:
        abort(404)
    return render_template(name, page=overview(desk, only=cluster, before=_number("before")))


def _incident(desk: Desk, name: str, incident: str) -> str:
    seen = told(desk, incident, before=_number("before"))
    if seen is None:
        abort(404)
    return render_template(name, page=seen)


def _number(name: str) -> int | None:
    """A cursor; one that is none is not guessed at."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 - of a 64-bit number
        abort(400, "before must be a number, as the links of these pages have it")
    return int(text)
