"""Linode's API over a world, as a Flask application: the lab's stand-in for api.linode.com."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from deploy.lab.linode import balancers, configs, events, firewalls, machines, nodes, zones
from deploy.lab.linode.access import Token, admit
from deploy.lab.linode.filters import select
from deploy.lab.linode.forms import Row
from deploy.lab.linode.paging import page_of
from deploy.lab.linode.refusal import Reason, Refused, refuse
from deploy.lab.linode.routes import Route
from deploy.lab.linode.world import World

PREFIXES = ("/v4", "/v4beta")
SPEC = "4.234.0"


def create_api(world: World, *, tokens: Sequence[Token]) -> Flask:
    """The API of one account."""
    app = Flask("linode", static_folder=None)
    for route in all_routes(world):
        for prefix in PREFIXES:
            app.add_url_rule(
                f"{prefix}{route.path}",
                f"{route.method} {prefix}{route.path}",
                _view(world, tokens, route),
                methods=[route.method],
            )
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.after_request(_sign)
    return app


def all_routes(world: World) -> list[Route]:
    """Every address there is."""
    parts = (balancers, configs, nodes, machines, firewalls, events, zones)
    return [route for part in parts for route in part.routes(world)]


def _view(world: World, tokens: Sequence[Token], route: Route) -> Any:
    def view(**ids: int) -> Response:
        token = admit(tokens, request.headers.get("Authorization"), route.scope)
        body = {"body": _body()} if route.method in {"POST", "PUT"} else {}
        with world.lock:
            answer = _answer(route.answer(**ids, **body))
        answer.headers["X-OAuth-Scopes"] = token.scopes
        answer.headers["X-Accepted-OAuth-Scopes"] = route.scope or "*"
        return answer

    return view


def _answer(found: Row | Iterable[Row]) -> Response:
    if isinstance(found, dict):
        return jsonify(found)
    rows = select(found, request.headers.get("X-Filter"))
    return jsonify(page_of(rows, request.args))


def _body() -> Any:
    if not request.get_data():
        return {}
    if not request.is_json:
        raise refuse("Content-Type must be application/json", status=415)
    body = request.get_json(silent=True)
    if body is None:
        raise refuse("Request body must be valid JSON")
    return body


def _refused(refused: Refused) -> Response:
    answer = jsonify(errors=[reason.json() for reason in refused.errors])
    answer.status_code = refused.status
    answer.headers.update(refused.headers)
    return answer


def _http(error: HTTPException) -> Response:
    reason = {404: "Not found", 405: "Method Not Allowed"}.get(error.code or 500, error.name)
    return _refused(Refused([Reason(reason=reason)], error.code or 500))


def _sign(answer: Response) -> Response:
    answer.headers["X-Spec-Version"] = SPEC
    answer.headers["Cache-Control"] = "private, max-age=0, s-maxage=0, no-cache, no-store"
    return answer
