"""Words in a drawing: how wide they will be, what of them is shown, and that none becomes markup."""

from __future__ import annotations

from html import escape
from unicodedata import combining, east_asian_width

NARROW, COMMON, BROAD, FULL = 0.36, 0.61, 0.72, 1.05
"""Widths of letters as parts of their size, as in the broader ones of the fonts that systems have."""


def shown(text: object) -> str:
    """Foreign text on one line, without anything invisible: what XML forbids, what turns a line around,
    what steers a terminal."""
    return " ".join("".join(map(_seen, str(text))).split())


def _seen(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if letter.isspace() else "\ufffd"


def markup(text: object) -> str:
    """Foreign text as the content or an attribute of XML or HTML."""
    return escape(shown(text), quote=True)


def width_of(text: str, size: float) -> float:
    """About how wide a text will be; rather too wide than too narrow."""
    return sum(_units(letter) for letter in text) * size


def _units(letter: str) -> float:
    if combining(letter):
        return 0
    if east_asian_width(letter) in "WF":
        return FULL
    if letter in " .,:;'|!()[]ijlftr-":
        return NARROW
    return BROAD if letter.isupper() or letter in "mw@%…→" else COMMON


def cut(text: str, *, size: float, room: float) -> str:
    """As much of a text as fits, with an ellipsis where something is left out; may be empty."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept.strip() else ""


def counted(number: int, what: str) -> str:
    """1 alarm, 2 alarms."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def span_of(seconds: float) -> str:
    """A length of time as people say it: 43 ms, 1.24 s, 18.4 s, 2 min 05 s, 2 h 47 min, 3 d 4 h."""
    if seconds < 0:
        return f"-{span_of(-seconds)}"
    if seconds < 0.0995:  # noqa: PLR2004 - from here on 0.10 s
        return "0 s" if not seconds else f"{seconds * 1000:.0f} ms"
    if seconds < 9.995:  # noqa: PLR2004 - from here on 10.0 s
        return f"{seconds:.2f} s"
    if seconds < 59.95:  # noqa: PLR2004 - from here on 1 min
        return f"{seconds:.1f} s"
    return _long(round(seconds))


def _long(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h"
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s"
