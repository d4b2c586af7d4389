"""What a message may hold: without it the double would take what Slack refuses."""

from __future__ import annotations

import json
from typing import Any

from deploy.lab.slack.workspace import Json
from jobs.slack.limits import TEXT, TEXT_AT_MOST, payload_mistakes

LISTS, OBJECTS = ("blocks", "attachments"), ("metadata",)


class SlackError(Exception):
    """An answer with "ok": false, and what else it says."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


def content(given: Json, *, update: bool = False) -> Json:
    """Text, blocks, attachments and metadata of a request; raises what Slack would say of them. Form
    fields hold JSON as text."""
    found = {name: given[name] for name in ("text", *LISTS, *OBJECTS) if name in given}
    for name in (*LISTS, *OBJECTS):
        if isinstance(found.get(name), str):
            found[name] = _parsed(name, found[name])
    if not (found.get("text") or found.get("blocks") or found.get("attachments")):
        raise SlackError("no_text")
    if len(str(found.get("text") or "")) > (TEXT if update else TEXT_AT_MOST):
        raise SlackError("msg_too_long")
    _inspect(found)
    return found


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise SlackError(
            "invalid_metadata_format" if name == "metadata" else f"invalid_{name}"
        ) from None


def _inspect(found: Json) -> None:
    for mistake in payload_mistakes(found):
        path = mistake.partition(":")[0]
        if path == "text" or path.endswith(".fallback"):
            continue
        raise SlackError(_named(mistake), response_metadata={"messages": [f"[ERROR] {mistake}"]})


def _named(mistake: str) -> str:
    """Slack's name for a mistake."""
    if mistake.startswith("metadata"):
        return "metadata_too_large" if "bytes" in mistake else "invalid_metadata_format"
    if mistake.startswith("attachments:"):
        return "too_many_attachments"
    if "characters in all" in mistake:
        return "msg_blocks_too_long"
    return "invalid_blocks"
