"""Foreign words in Slack's markup: without it a host's name could ring everybody's phone, or pose as our own words.

Every function takes what a member, a host or a person said, and gives at most `limit` characters that
mean nothing to Slack. Where Slack guesses by itself (links from bare addresses, #channels and @names),
text objects say `"verbatim": true`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"
NAME, SENTENCE, OUTPUT = 120, 300, 2000
"""Usual limits: a name, a reason, a command's output."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
"""All that Slack wants escaped (docs.slack.dev, messaging/formatting-message-text)."""

_LOOKALIKES = {"*": "∗", "~": "∼", "`": "ˋ"}  # noqa: RUF001 - that is their purpose
_UNDERSCORE, _COLON, _QUOTE = "＿", "꞉", "›"  # noqa: RUF001 - likewise
_HARMLESS = frozenset("\n\t ")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EMOJI = re.compile(r":(?=(?:[a-z_+'-][a-z0-9_+'-]*|100|1234):)")
_LOOSE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def escape(value: str, limit: int = SENTENCE) -> str:
    """For a sentence in mrkdwn, on one line: no link, no mention, no emoji, nothing bold or struck."""
    text = _EMOJI.sub(_COLON, _LOOSE.sub(_UNDERSCORE, _one_line(value)))
    quoted = len(text) - len(text.lstrip(">"))
    return _fitted(_QUOTE * quoted + text[quoted:], limit, _in_prose)


def code(value: str, limit: int = NAME) -> str:
    """For a name in mrkdwn: between backticks, where Slack formats and links nothing."""
    return f"`{_fitted(_one_line(value) or ' ', limit - 2, _in_code)}`"


def code_block(value: str, limit: int = OUTPUT) -> str:
    """For a command's output in mrkdwn: its lines stay lines."""
    return f"```{_fitted(_seen(value).strip(chr(10)) or ' ', limit - 6, _in_code)}```"


def plain(value: str, limit: int = SENTENCE) -> str:
    """For a plain_text object, which Slack does not parse (say `"emoji": false` there)."""
    return _fitted(_one_line(value), limit, lambda char: char)


def _one_line(value: str) -> str:
    return " ".join(_seen(value).split())


def _seen(value: str) -> str:
    """What steers a screen or the direction of writing is written out."""
    return "".join(map(_visible, value.replace("\r\n", "\n")))


def _visible(char: str) -> str:
    if char in _HARMLESS or unicodedata.category(char) not in _UNSEEN:
        return char
    return f"\\u{ord(char):04x}"


def _in_prose(char: str) -> str:
    return _ENTITIES.get(char) or _LOOKALIKES.get(char, char)


def _in_code(char: str) -> str:
    return _LOOKALIKES["`"] if char == "`" else _ENTITIES.get(char, char)


def _fitted(text: str, limit: int, written: Callable[[str], str]) -> str:
    """Each character as it is written, as many as fit whole; an ellipsis where some do not."""
    pieces = [written(char) for char in text]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    kept, room = "", limit - len(ELLIPSIS)
    for piece in pieces:
        if len(kept) + len(piece) > room:
            break
        kept += piece
    return kept.rstrip() + ELLIPSIS
