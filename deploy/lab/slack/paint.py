"""Slack's markup in a terminal: without it the lab would show brackets where people see links and names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from rich.emoji import Emoji
from rich.text import Text

from deploy.cli.voice import visible

_TOKENS = re.compile(
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<angle>[^<>]+)>"
    r"|(?<![^\W_])\*(?P<bold>[^*\n]+)\*|(?<![^\W_])_(?P<italic>[^_\n]+)_(?![^\W_])|~(?P<struck>[^~\n]+)~",
    re.DOTALL,
)
_STYLES = {"code": "cyan", "block": "cyan", "bold": "bold", "italic": "italic", "struck": "strike"}
_WORDS = {
    "date_short": "%b %d, %Y",
    "date_num": "%Y-%m-%d",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
}


def painted(mrkdwn: str, zone: tzinfo | None = None) -> Text:
    """A text as Slack shows it: entities and :names: as characters, links by their label, instants in a zone
    (None: this machine's own)."""
    text = Text()
    for piece, style in _pieces(mrkdwn, zone):
        said = piece if style == _STYLES["code"] else Emoji.replace(piece)
        text.append(visible(html.unescape(said)), style=style)
    return text


def plain(text: str) -> Text:
    """A plain_text object: nothing in it means anything."""
    return Text(visible(text))


def _pieces(mrkdwn: str, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    end = 0
    for found in _TOKENS.finditer(mrkdwn):
        yield mrkdwn[end : found.start()], ""
        end = found.end()
        kind = found.lastgroup or ""
        if kind == "angle":
            yield _angle(found["angle"], zone)
        else:
            yield found[kind], _STYLES[kind]
    yield mrkdwn[end:], ""


def _angle(inner: str, zone: tzinfo | None) -> tuple[str, str]:
    """<https://…|label>, <!date^seconds^format|fallback>, <!channel>, <@U…>, <#C…>."""
    if inner.startswith("!date^"):
        return _instant(inner, zone), ""
    target, _, label = inner.partition("|")
    if target.startswith(("!", "@", "#")):
        return f"@{label or target.lstrip('!@#')}", "black on yellow"
    return label or target, "underline blue"


def _instant(inner: str, zone: tzinfo | None) -> str:
    said, _, fallback = inner.partition("|")
    parts = said.split("^")
    try:
        at = datetime.fromtimestamp(int(parts[1]), zone).astimezone(zone)
        return re.sub(r"\{(\w+)\}", lambda m: at.strftime(_WORDS[m[1]]), parts[2])
    except (IndexError, KeyError, ValueError, OverflowError, OSError):
        return fallback
