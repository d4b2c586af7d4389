"""Slack's methods over a workspace, in Slack's own answer shapes (docs.slack.dev, reference/methods)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.lab.slack.content import SlackError, content
from deploy.lab.slack.workspace import Json, Note, Workspace

LARGEST = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`takes_json` where a JSON body is read too; what only reads takes a form alone."""

    answer: Callable[[Workspace, Json], Json]
    scope: str | None = None
    takes_json: bool = True


def auth_test(space: Workspace, _given: Json) -> Json:
    return {
        "url": "https://lab.slack.example/",
        "team": "lab",
        "user": "pgbaton",
        "team_id": space.team,
        "user_id": space.user,
        "bot_id": space.bot,
        "is_enterprise_install": False,
    }


def post_message(space: Workspace, given: Json) -> Json:
    _enter(space, given, archived="is_archived")
    thread = str(given.get("thread_ts") or "") or None
    note = space.add(content(given), thread=thread, bot=space.bot)
    return {"channel": space.channel, "ts": note.ts, "message": told(space, note)}


def update(space: Workspace, given: Json) -> Json:
    note = _own(space, given, "cant_update_message")
    if space.window_closed:
        raise SlackError("edit_window_closed")
    space.change(note, content(given, update=True))
    message = told(space, note)
    return {"channel": space.channel, "ts": note.ts, "text": message["text"], "message": message}


def delete(space: Workspace, given: Json) -> Json:
    note = _own(space, given, "cant_delete_message")
    space.delete(note)
    return {"channel": space.channel, "ts": note.ts}


def history(space: Workspace, given: Json) -> Json:
    """Newest first; replies are not in it."""
    _see(space, given)
    roots = [note for note in reversed(space.roots()) if _within(note, given)]
    return _page(space, roots, given)


def replies(space: Workspace, given: Json) -> Json:
    """The thread's first message, then its replies, oldest first."""
    _see(space, given)
    root = space.find(str(given.get("ts") or ""))
    if root is None:
        raise SlackError("thread_not_found")
    return _page(space, [root, *space.replies(root.ts)], given)


METHODS: Mapping[str, Method] = {
    "auth.test": Method(answer=auth_test),
    "chat.postMessage": Method(answer=post_message, scope="chat:write"),
    "chat.update": Method(answer=update, scope="chat:write"),
    "chat.delete": Method(answer=delete, scope="chat:write"),
    "conversations.history": Method(answer=history, scope="channels:history", takes_json=False),
    "conversations.replies": Method(answer=replies, scope="channels:history", takes_json=False),
}


def told(space: Workspace, note: Note, *, metadata: bool = True) -> Json:
    """A message as Slack writes it."""
    if note.deleted:
        text = "This message was deleted."
        return {"type": "message", "subtype": "tombstone", "text": text, "ts": note.ts} | _thread(
            space, note
        )
    now = note.now
    who = {"user": space.user if note.bot else "U0SOMEBODY"}
    if note.bot:
        who |= {"bot_id": note.bot, "app_id": "A0PGBATON1", "team": space.team}
    more: Json = {"blocks": now.blocks} if now.blocks else {}
    if now.attachments:
        more["attachments"] = [{"id": n, **card} for n, card in enumerate(now.attachments, 1)]
    if note.edited:
        more["edited"] = {"user": space.user, "ts": f"{int(now.at)}.000000"}
    if metadata and note.metadata:
        more["metadata"] = note.metadata
    said = {"type": "message", "text": now.text, "ts": note.ts}
    return {**said, **who, **more, **_thread(space, note)}


def _thread(space: Workspace, note: Note) -> Json:
    if note.thread is not None:
        return {"thread_ts": note.thread, "parent_user_id": space.user}
    answers = list(space.replies(note.ts))
    if not answers:
        return {}
    return {
        "thread_ts": note.ts,
        "reply_count": len(answers),
        "latest_reply": answers[-1].ts,
    }


def _see(space: Workspace, given: Json) -> None:
    if given.get("channel") != space.channel:
        raise SlackError("channel_not_found")
    if not space.member:
        raise SlackError("not_in_channel")


def _enter(space: Workspace, given: Json, *, archived: str) -> None:
    _see(space, given)
    if space.archived:
        raise SlackError(archived)


def _own(space: Workspace, given: Json, foreign: str) -> Note:
    _enter(space, given, archived="is_inactive")
    note = space.find(str(given.get("ts") or ""))
    if note is None or note.deleted:
        raise SlackError("message_not_found")
    if note.bot != space.bot:
        raise SlackError(foreign)
    return note


def _within(note: Note, given: Json) -> bool:
    at, inclusive = float(note.ts), _true(given.get("inclusive"))
    oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or "inf")
    return oldest < at < latest or (inclusive and at in {oldest, latest})


def _page(space: Workspace, notes: list[Note], given: Json) -> Json:
    """One page, and the cursor of the next."""
    size = min(int(given.get("limit") or 100), LARGEST)
    start = _start(str(given.get("cursor") or ""))
    page, left = notes[start : start + size], notes[start + size :]
    metadata = _true(given.get("include_all_metadata"))
    messages = [told(space, note, metadata=metadata) for note in page]
    found: Json = {"messages": messages, "has_more": bool(left)}
    if left:
        cursor = base64.b64encode(f"next_ts:{start + size}".encode()).decode()
        found["response_metadata"] = {"next_cursor": cursor}
    return found


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:"))
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor") from None


def _true(value: object) -> bool:
    return str(value).lower() in {"1", "true"}
