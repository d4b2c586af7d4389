"""The lab's hand on its Slack by HTTP, on an address of its own, as curl and the drills use it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Flask, Response, jsonify, request

from deploy.lab.slack.front import BROKEN, Front
from deploy.lab.slack.outside import Outside, add_outside
from deploy.lab.slack.pace import Paces
from deploy.lab.slack.threads import threads
from deploy.lab.slack.workspace import Access, Json, Workspace

HELP = """\
The lab's hand on its Slack, below /_lab. Bodies and answers are JSON; what is not named stays.

  GET    /thread             the channel's threads, with every edit, in order
  POST   /messages           text, thread: a person says something
  DELETE /messages/TS        a person deletes a message
  GET    /requests           every call: at, method, path, status, fault
  GET    /faults             what goes wrong now
  POST   /faults             down: refused (nobody listens), hang (nothing is answered), or null
                             limited: seconds of 429
                             slow: seconds before each answer
                             broken: a status, html, bad-gateway, empty, cut, list, no-ts, ...
                             error: one of Slack's errors, for every call
                             lost_replies: so many calls are carried out and not answered
                             only: a pattern for the path, for slow, broken, error, lost_replies, limited
                             token: token_revoked, account_inactive, ..., or null
                             scopes: what the token may do, as "chat:write,channels:history"
                             archived, window_closed, member: true or false
                             alerts, heartbeats: the status that the sinks answer
  DELETE /faults             nothing goes wrong any more
  POST   /pace               per_second, burst: the rate limit (0: none)
  GET    /alerts             what POST /alerts brought: at, headers, body
  GET    /heartbeats         what /heartbeat/NAME heard: count, times
  DELETE /outside            forget alerts and heartbeats

Beside /_lab: POST /alerts takes alerts, GET or POST /heartbeat/NAME takes signs of life.
"""


class Slack(Protocol):
    """The double, as far as the hand goes."""

    @property
    def space(self) -> Workspace: ...
    @property
    def access(self) -> Access: ...
    @property
    def paces(self) -> Paces: ...
    @property
    def outside(self) -> Outside: ...
    @property
    def front(self) -> Front: ...
    @property
    def down(self) -> str | None: ...
    @property
    def go(self) -> Callable[[str | None], None]: ...


def create_control(slack: Slack) -> Flask:
    """The control of one double, as a Flask application."""
    app, hand = Flask("slack-control", static_folder=None), Hand(slack)
    for method, path, deed in (
        ("GET", "/", lambda: HELP),
        ("GET", "/thread", lambda: threads(slack.space)),
        ("POST", "/messages", hand.say),
        ("DELETE", "/messages/<ts>", hand.delete),
        ("GET", "/requests", lambda: [one.json() for one in slack.front.journal.since()]),
        ("GET", "/faults", hand.faults),
        ("POST", "/faults", hand.hurt),
        ("DELETE", "/faults", hand.heal),
        ("POST", "/pace", hand.pace),
        ("DELETE", "/outside", hand.forget),
    ):
        app.add_url_rule(f"/_lab{path}", f"{method} {path}", _view(deed), methods=[method])
    add_outside(app, slack.outside)
    app.register_error_handler(ValueError, lambda error: (jsonify(error=str(error)), 400))
    return app


def _view(deed: Callable[..., Any]) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        found = deed(**names, **({"body": _body()} if request.method == "POST" else {}))
        return Response(found, mimetype="text/plain") if isinstance(found, str) else jsonify(found)

    return view


def _body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        msg = "send a JSON object; GET /_lab/ says which"
        raise ValueError(msg)  # noqa: TRY004 - the caller's value, answered with 400
    return body


class Hand:
    """What the lab may do to its Slack."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    def say(self, body: Json) -> Json:
        space = self.slack.space
        with space.lock:
            note = space.add(
                {"text": str(body.get("text", ""))}, thread=body.get("thread"), bot=None
            )
        return {"ts": note.ts}

    def delete(self, ts: str) -> Json:
        space = self.slack.space
        with space.lock:
            if (note := space.find(ts)) is None:
                raise ValueError(f"no message {ts}; GET /_lab/thread shows all")
            space.delete(note)
        return threads(space)

    def faults(self) -> Json:
        faults, space, access = self.slack.front.faults, self.slack.space, self.slack.access
        return {
            **{name: getattr(faults, name) for name in FRONT},
            **{name: getattr(space, name) for name in SPACE},
            "limited": max(0.0, faults.limited_until - time.time()),
            "down": self.slack.down,
            "token": access.refused,
            "scopes": access.scopes,
            "alerts": self.slack.outside.status,
            "heartbeats": self.slack.outside.beat_status,
        }

    def hurt(self, body: Json) -> Json:
        """All or nothing: a misspelt fault changes nothing."""
        _check(body)
        slack = self.slack
        slack.front.change(**{name: value for name, value in body.items() if name in FRONT})
        for name in SPACE & body.keys():
            setattr(slack.space, name, body[name])
        if "limited" in body:
            slack.front.change(limited_until=time.time() + body["limited"])
        if "down" in body:
            slack.go(body["down"])
        for name, (whose, member) in ELSEWHERE.items():
            if name in body:
                setattr(getattr(slack, whose), member, body[name])
        return self.faults()

    def heal(self) -> Json:
        slack = self.slack
        slack.front.heal()
        slack.go(None)
        slack.space.archived = slack.space.window_closed = False
        slack.space.member, slack.access.refused = True, None
        slack.outside.status, slack.outside.beat_status = 202, 200
        return self.faults()

    def pace(self, body: Json) -> Json:
        per_second = _number(body, "per_second")
        self.slack.paces.change(per_second, body.get("burst", 5))
        return {"per_second": per_second, "burst": body.get("burst", 5)}

    def forget(self) -> Json:
        self.slack.outside.forget()
        return {}


FRONT = frozenset({"slow", "broken", "error", "lost_replies", "only"})
SPACE = frozenset({"archived", "window_closed", "member"})
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "token": ("access", "refused"),
    "scopes": ("access", "scopes"),
    "alerts": ("outside", "status"),
    "heartbeats": ("outside", "beat_status"),
}
TEXTS, NUMBERS = ("broken", "error", "token", "down"), ("slow", "lost_replies", "limited")


def _check(body: Json) -> None:
    known = FRONT | SPACE | ELSEWHERE.keys() | {"limited", "down"}
    if strange := body.keys() - known:
        raise ValueError(f"no fault {min(strange)}; there are {', '.join(sorted(known))}")
    for name in NUMBERS:
        _number(body, name)
    for name in TEXTS:
        if not isinstance(body.get(name), str | None):
            raise ValueError(f"{name} must be a text or null")  # noqa: TRY004 - answered with 400
    how = body.get("broken")
    if how is not None and not how.isdigit() and how not in BROKEN:
        raise ValueError(f"broken is a status, or one of {', '.join(BROKEN)}")
    if body.get("down") not in {None, "refused", "hang"}:
        raise ValueError("down is refused, hang or null")


def _number(body: Json, name: str) -> float:
    value = body.get(name, 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a number, 0 or more")
    return value
