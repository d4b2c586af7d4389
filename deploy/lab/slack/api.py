"""Slack's Web API and its incoming webhook as a Flask application: the lab's stand-in for slack.com."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Flask, Response, jsonify, request

from deploy.lab.slack.content import SlackError, content
from deploy.lab.slack.methods import METHODS, Method
from deploy.lab.slack.pace import Paces
from deploy.lab.slack.workspace import Access, Json, Workspace

JSON = "application/json"
WEBHOOK_STATUS = {
    "invalid_token": 403,
    "no_service": 404,
    "channel_is_archived": 410,
    "rate_limited": 429,
}
"""Of an incoming webhook's errors, those that are not 400."""


def create_api(space: Workspace, *, access: Access, paces: Paces) -> Flask:
    """The API of one workspace, below /api and /services."""
    app = Flask("slack", static_folder=None)

    def method(name: str) -> Response:
        with space.lock:
            return _called(name, space, access, paces)

    def webhook(team: str, service: str, secret: str) -> Response:
        with space.lock:
            return _hooked((team, service, secret), space, access, paces)

    app.add_url_rule("/api/<name>", "method", method, methods=["GET", "POST"])
    path = "/services/<team>/<service>/<secret>"
    app.add_url_rule(path, "webhook", webhook, methods=["POST"])
    return app


def _called(name: str, space: Workspace, access: Access, paces: Paces) -> Response:
    method = METHODS.get(name)
    try:
        given = _admitted(name, method, access)
        if seconds := paces.wait(name):
            return limited(seconds)
        answer = jsonify({"ok": True, **_known(name, method).answer(space, given)})
    except SlackError as error:
        answer = jsonify({"ok": False, "error": error.error, **error.more})
    answer.headers["X-OAuth-Scopes"] = access.scopes
    if method is not None and method.scope:
        answer.headers["X-Accepted-OAuth-Scopes"] = method.scope
    return answer


def _admitted(name: str, method: Method | None, access: Access) -> Json:
    """The arguments of a call that may be made."""
    given = _given(_known(name, method))
    _admit(_known(name, method), access, given)
    return given


def _known(name: str, method: Method | None) -> Method:
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    return method


def limited(seconds: int) -> Response:
    """429, as Slack says it."""
    body = json.dumps({"ok": False, "error": "ratelimited"})
    return Response(body, 429, {"Retry-After": str(seconds)}, content_type=JSON)


def _given(method: Method) -> Json:
    """The arguments: of the address, of a form, and of JSON where the method takes it."""
    given: Json = {**request.args.to_dict(), **request.form.to_dict()}
    if request.is_json and method.takes_json and request.get_data():
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise SlackError("invalid_json" if body is None else "json_not_object")
        given |= body
    return given


def _admit(method: Method, access: Access, given: Json) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token if kind.lower() == "bearer" else str(given.get("token") or "")
    if not token:
        raise SlackError("not_authed")
    if not secrets.compare_digest(token.encode(), access.token.encode()):
        raise SlackError("invalid_auth")
    if access.refused is not None:
        raise SlackError(access.refused)
    if method.scope and not access.holds(method.scope):
        raise SlackError("missing_scope", needed=method.scope, provided=access.scopes)


def _hooked(path: tuple[str, str, str], space: Workspace, access: Access, paces: Paces) -> Response:
    """An incoming webhook answers in single words."""
    try:
        _knock(path, space, access)
        if seconds := paces.wait("chat.postMessage"):
            return Response(
                "rate_limited", 429, {"Retry-After": str(seconds)}, mimetype="text/plain"
            )
        space.add(content(_hook_body()), thread=None, bot="B0WEBHOOK1")
    except SlackError as error:
        status = WEBHOOK_STATUS.get(error.error, 400)
        return Response(error.error, status, mimetype="text/plain")
    return Response("ok", 200, mimetype="text/plain")


def _knock(path: tuple[str, str, str], space: Workspace, access: Access) -> None:
    team, _, secret = path
    if team != space.team or access.refused is not None:
        raise SlackError("no_service")
    if not secrets.compare_digest(secret.encode(), access.webhook.encode()):
        raise SlackError("invalid_token")
    if space.archived:
        raise SlackError("channel_is_archived")


def _hook_body() -> Json:
    body: Any = request.get_json(silent=True) if request.is_json else None
    if body is None and "payload" in request.form:
        try:
            body = json.loads(request.form["payload"])
        except ValueError:
            body = None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return {name: value for name, value in body.items() if name != "metadata"}
