"""What goes wrong with the telling itself, as the other processes remembered it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from jobs.ports import Memory
from jobs.remembered import ANCHORS_TROUBLE
from webhook.pages.flags import Flag

NOTED = {
    "slack:trouble": "Slack is not told",
    "alerts:trouble": "on-call tool is not told",
    ANCHORS_TROUBLE: "trail is not anchored",
}
"""By the name under which it is remembered; empty once it is over."""


def troubles(memory: Memory) -> Iterator[Flag]:
    """What stands in the way now. Raises LedgerUnavailable."""
    for name, word in NOTED.items():
        text = memory.recall(name)
        if text:
            yield Flag(weight="warn", word=word, text=_spelled(text))


def _spelled(text: str) -> str:
    """A plain sentence, or an object with `reason` and `remedy`."""
    try:
        known = json.loads(text)
    except ValueError:
        return text
    if not isinstance(known, dict):
        return text
    said = (str(known.get(part) or "") for part in ("reason", "remedy"))
    return ". ".join(one[:1].upper() + one[1:] for one in said if one) or text
