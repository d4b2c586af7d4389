"""The pieces that every message is laid out with: short texts of ours around foreign words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from jobs.slack.escape import NAME, SENTENCE, code, escape, plain

RED, AMBER, GREEN, GREY = "#d1242f", "#d4a72c", "#1a7f37", "#6e7781"
"""Somebody should look; under way; over; nothing to do."""

NAMED = 6
"""Names in one list; the page has them all."""

EXACT = 600
"""Seconds up to which tenths are told."""

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where links lead: `url` is the pages' address, or None where there are none."""

    url: str | None = None

    def incident(self, incident: str) -> str:
        """A link to an incident's page, else the command that shows it."""
        if self.url is None:
            return code(f"pgbaton show {incident}")
        return f"<{self.url}/incidents/{quote(incident)}|incident {word(incident)}>"


def word(text: object) -> str:
    """A name as plain words: one line, cut, never markup."""
    return escape(str(text), NAME)


def said(text: object) -> str:
    """A sentence of somebody else's: one line, cut, never markup, without a full stop."""
    return escape(str(text).strip().removesuffix("."), SENTENCE)


def named(names: Sequence[str], *, most: int = NAMED) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(word(name) for name in names[:most])
    more = len(names) - most
    return shown if more <= 0 else f"{shown} and {more} more"


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def offset(seconds: float) -> str:
    """A distance from the first sign, as people read it."""
    return f"{seconds:+.1f} s" if abs(seconds) < EXACT else lasted(seconds, sign="+")


def lasted(seconds: float, *, sign: str = "") -> str:
    """A duration: seconds to the tenth while they are few, then minutes, then hours."""
    if seconds < EXACT:
        return f"{sign}{seconds:.1f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{sign}{hours} h {rest} min" if hours else f"{sign}{minutes} min"


def moment(at: float) -> str:
    """An instant on the reader's own clock; in UTC where Slack cannot say it."""
    fallback = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"<!date^{int(at)}^{{date_short}} {{time_secs}}|{fallback}>"


def header(text: str) -> Block:
    """A headline of plain words, which Slack shows as they are."""
    words = {"type": "plain_text", "text": plain(text, 150), "emoji": False}
    return {"type": "header", "text": words}


def section(lines: Iterable[str]) -> Block:
    """A paragraph; what Slack takes for links by itself stays text."""
    return {"type": "section", "text": _text("\n".join(lines))}


def context(*lines: str) -> Block:
    """Small print, one element a line."""
    return {"type": "context", "elements": [_text(line) for line in lines]}


def _text(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
