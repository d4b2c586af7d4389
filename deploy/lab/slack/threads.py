"""The channel as the lab looks at it: threads in order, each message with all it ever said."""

from __future__ import annotations

from typing import Any

from deploy.lab.slack.workspace import Json, Note, Version, Workspace
from jobs.slack.payload import key_of


def threads(space: Workspace) -> Json:
    """{"channel", "threads": [{…root, "replies": […]}]}, oldest first. A message is {ts, at, key, bot,
    deleted, text, blocks, attachments, edits}; `edits` are its earlier contents, oldest first."""
    with space.lock:
        roots = [
            {**_message(root), "replies": [_message(one) for one in space.replies(root.ts)]}
            for root in space.roots()
        ]
    return {"channel": space.channel, "threads": roots}


def _message(note: Note) -> Json:
    told: dict[str, Any] = {
        "ts": note.ts,
        "key": key_of({"metadata": note.metadata}),
        "bot": note.bot,
        "deleted": note.deleted,
        "edits": [_version(one) for one in note.versions[:-1]],
    }
    return {**told, **_version(note.now)}


def _version(version: Version) -> Json:
    return {
        "at": version.at,
        "text": version.text,
        "blocks": version.blocks,
        "attachments": version.attachments,
    }
