"""What Slack's answers look like: without it, double and hand could agree on something that Slack never says.

Written after the examples of docs.slack.dev, reference/methods (chat.postMessage, chat.update,
chat.delete, conversations.history, conversations.replies, auth.test), only what they share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TS = re.compile(r"\d{10}\.\d{6}")
CHANNEL, USER, BOT, TEAM = (re.compile(rf"{x}[A-Z0-9]{{8,}}") for x in ("[CG]", "[UW]", "B", "T"))
SCOPES = re.compile(r"[a-z.]+:[a-z:.]+(,[a-z.]+:[a-z:.]+)*")
ERROR = re.compile(r"[a-z][a-z0-9_]+")

MESSAGE: Mapping[str, Any] = {
    "type": re.compile("message"),
    "text": str,
    "ts": TS,
    "subtype?": str,
    "user?": USER,
    "bot_id?": BOT,
    "app_id?": str,
    "team?": TEAM,
    "blocks?": [{"type": str, "*": object}],
    "attachments?": [{"id": int, "*": object}],
    "edited?": {"user": USER, "ts": TS},
    "metadata?": {"event_type": str, "event_payload": dict},
    "thread_ts?": TS,
    "parent_user_id?": USER,
    "reply_count?": int,
    "latest_reply?": TS,
}
LISTED = {
    "messages": [MESSAGE],
    "has_more": bool,
    "response_metadata?": {"next_cursor": str},
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "auth.test": {
        "url": str,
        "team": str,
        "user": str,
        "team_id": TEAM,
        "user_id": USER,
        "bot_id": BOT,
        "is_enterprise_install": bool,
    },
    "chat.postMessage": {"channel": CHANNEL, "ts": TS, "message": MESSAGE},
    "chat.update": {"channel": CHANNEL, "ts": TS, "text": str, "message": MESSAGE},
    "chat.delete": {"channel": CHANNEL, "ts": TS},
    "conversations.history": LISTED,
    "conversations.replies": LISTED,
}
FAILED: Mapping[str, Any] = {
    "error": ERROR,
    "needed?": str,
    "provided?": str,
    "req_method?": str,
    "response_metadata?": {"messages": [str]},
}


def objections(method: str, answer: Any) -> list[str]:
    """What in an answer Slack would never say; `?` marks what may be absent, `*` lets others in."""
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        return [f"{method}: no object with ok"]
    shape = ANSWERS[method] if answer["ok"] else FAILED
    rest = {name: value for name, value in answer.items() if name != "ok"}
    return [f"{method}{why}" for why in _objections("", rest, shape)]


def _objections(path: str, value: Any, shape: Any) -> Iterator[str]:
    match shape:
        case re.Pattern():
            if not isinstance(value, str) or not shape.fullmatch(value):
                yield f"{path}: {value!r} is not like {shape.pattern}"
        case list():
            if not isinstance(value, list):
                yield f"{path}: {value!r} is no list"
                return
            for index, one in enumerate(value):
                yield from _objections(f"{path}[{index}]", one, shape[0])
        case Mapping():
            yield from _members(path, value, shape)
        case _:
            if not isinstance(value, shape):
                yield f"{path}: {value!r} is no {shape.__name__}"


def _members(path: str, value: Any, shape: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
        return
    known = {name.rstrip("?"): one for name, one in shape.items() if name != "*"}
    needed = {name for name in shape if not name.endswith("?") and name != "*"}
    yield from (f"{path}.{name}: is missing" for name in sorted(needed - value.keys()))
    for name, one in value.items():
        if name in known:
            yield from _objections(f"{path}.{name}", one, known[name])
        elif "*" not in shape:
            yield f"{path}.{name}: is unknown"
