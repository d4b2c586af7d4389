"""Without this file a password written with escapes would travel because a host beside it changed."""

import re
from itertools import takewhile

_UNIT = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)|.", re.DOTALL)
_QUOTE = re.compile(r"\"\"\"|'''|[\"']")
_PLAIN = re.compile(r"[A-Za-z0-9_.,\-]*")
_QUOTED = re.compile(r"[A-Za-z0-9_.,:@/?=&+\-\[\]]*")


def exchanged(raw: str, *, old: str, new: str, settled: bool) -> str | None:
    """The raw text of a value with only the differing characters exchanged, escapes kept.

    None if the raw text does not have one unit (a character or an escape) per character of the
    old value, or if the new characters may need escapes. What it gives is a guess that a reader
    has to confirm. With `settled` False the new characters are taken as the raw text has them.
    """
    quote = _QUOTE.match(raw)
    size = len(quote[0]) if quote else 0
    units = _units(raw[size : len(raw) - size], old)
    if not old or units is None:
        return None
    before = _alike(old, new)
    after = _alike(old[before:][::-1], new[before:][::-1])
    middle = new[before : len(new) - after]
    if not (_QUOTED if quote or not settled else _PLAIN).fullmatch(middle):
        return None
    kept = units[:before], units[len(units) - after :]
    return "".join([raw[:size], *kept[0], middle, *kept[1], raw[len(raw) - size :]])


def _units(inside: str, value: str) -> list[str] | None:
    """The raw text of each character; an unescaped text is its own."""
    units = list(inside) if inside == value else _UNIT.findall(inside)
    return units if len(units) == len(value) else None


def _alike(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
