"""A message as Slack's API wants it: without it, hand and validator would each have their own idea of it."""

from __future__ import annotations

import re
from typing import Any

from jobs.slack.message import Message

EVENT_TYPE = "pgbaton"
TEXT_ALONE = 3900
"""Characters that a bare text may have: chat.update takes 4,000."""

_BEGUN = re.compile("(&[a-z]{0,4}|<[^<>]*)$")
"""An entity or a link that has not ended yet."""


def payload(message: Message, *, key: str | None = None) -> dict[str, Any]:
    """What chat.postMessage and chat.update take besides the place. Everything is said, also what is
    empty: chat.update leaves in place what it is not told of.

    Slack shows a top-level text above an attachment, but not above blocks; with a colour, `text` is
    therefore the attachment's `fallback`, which notifications and screen readers use in its stead.
    """
    coloured = message.colour is not None and bool(message.blocks)
    blocks = [dict(block) for block in message.blocks]
    card = {"color": message.colour, "fallback": message.text, "blocks": blocks}
    return {
        "text": "" if coloured else message.text,
        "blocks": [] if coloured else blocks,
        "attachments": [card] if coloured else [],
        **metadata(key),
    }


def bare(message: Message, *, key: str | None = None) -> dict[str, Any]:
    """The same message as text alone, for when Slack refuses its blocks."""
    text = message.text or "(a message of pgbaton that Slack refused; the incident's page has it)"
    if len(text) > TEXT_ALONE:
        text = _BEGUN.sub("", text[:TEXT_ALONE])
    return {"text": text, "blocks": [], "attachments": [], **metadata(key)}


def metadata(key: str | None) -> dict[str, Any]:
    """What names a message for ever; nobody sees it, but every member of the workspace may read it."""
    if key is None:
        return {}
    return {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}}}


def key_of(message: Any) -> str | None:
    """The key of a message as Slack gives it back; None where it is none of ours."""
    found = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(found, dict) or found.get("event_type") != EVENT_TYPE:
        return None
    told = found.get("event_payload")
    key = told.get("key") if isinstance(told, dict) else None
    return key if isinstance(key, str) else None
