"""An entry as one line of an export, and back: a file must prove what Redis proves."""

from __future__ import annotations

import json
import re

from jobs.audit.entry import Entry, canonical

_PLACE = re.compile(
    r'\{"at":(\d+),"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","seq":(\d+),(?=")'
)


def to_line(entry: Entry) -> str:
    """One JSON document, from which `from_line` rebuilds the very same entry: its place first, and
    then its body as it was hashed, letter by letter."""
    place = f'"at":{entry.at},"hash":"{entry.hash}","prev":"{entry.prev}","seq":{entry.seq}'
    return f"{{{place},{entry.body[1:]}"


def from_line(line: str) -> Entry:
    """Read one line of an export; ValueError where it is none."""
    place = _PLACE.match(line)
    if place is None:
        return _from_any(line)
    at, hash_, prev, seq = place.groups()
    body = "{" + line[place.end() :].rstrip("\r\n")
    return Entry(seq=int(seq), at=int(at), body=body, prev=prev, hash=hash_)


def _from_any(line: str) -> Entry:
    """The same from JSON in any order, as exports were written once."""
    raw = json.loads(line)
    try:
        place = {name: raw.pop(name) for name in ("seq", "at", "prev", "hash")}
    except (KeyError, AttributeError, TypeError) as error:
        msg = f"is no line of an exported trail: {error} is missing"
        raise ValueError(msg) from None
    return Entry(**place, body=canonical(raw))
