"""Linode's API over a world, as a Flask application: the lab's stand-in for api.linode.com."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from deploy.lab.linode.account import (
    balancers,
    births,
    catalogue,
    configs,
    events,
    firewalls,
    machines,
    networks,
    nodes,
    placement,
    zones,
)
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.access import Token, identify
from deploy.lab.linode.rest.filters import select
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.limits import Meter
from deploy.lab.linode.rest.paging import page_of
from deploy.lab.linode.rest.refusal import Reason, Refused, refuse
from deploy.lab.linode.rest.routes import Route

PREFIXES = ("/v4", "/v4beta")
SPEC = "4.234.0"


def create_api(world: World, *, tokens: Sequence[Token], meter: Meter | None = None) -> Flask:
    """The API of one account. Of `tokens`, what stands there at each request counts."""
    meter = meter or Meter()
    app = Flask("linode", static_folder=None)
    for route in all_routes(world):
        for prefix in PREFIXES:
            app.add_url_rule(
                f"{prefix}{route.path}",
                f"{route.method} {prefix}{route.path}",
                _view(world, route, Gate(tokens=tokens, meter=meter)),
                methods=[route.method],
            )
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.after_request(_sign)
    return app


def all_routes(world: World) -> list[Route]:
    """Every address there is."""
    parts = (
        *(balancers, configs, nodes, machines, births),
        *(placement, networks, firewalls, events, zones),
    )
    mine = [route for part in parts for route in part.routes(world)]
    return [*mine, *catalogue.routes(world.catalogue)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Who may ask, and how often."""

    tokens: Sequence[Token]
    meter: Meter

    def enter(self, route: Route) -> None:
        """Let the request in, or refuse it; either way the answer tells the caller's standing."""
        told = g.told = {"X-Accepted-OAuth-Scopes": route.scope}
        token = identify(self.tokens, request.headers.get("Authorization"))
        told |= {"X-OAuth-Scopes": token.scopes}
        told |= self.meter.count(token.secret, route.kind)
        token.require(route.scope)


def _view(world: World, route: Route, gate: Gate) -> Any:
    def view(**ids: int) -> Response:
        with world.asked():
            gate.enter(route)
            body = {"body": _body()} if route.method in {"POST", "PUT"} else {}
            return _answer(route.answer(**ids, **body))

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
    answer.headers.update(g.get("told", {}))
    answer.headers["X-Spec-Version"] = SPEC
    answer.headers["Cache-Control"] = "private, max-age=0, s-maxage=0, no-cache, no-store"
    return answer
