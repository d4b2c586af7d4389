"""Without this file `database.replicas.0.host` would be a word instead of a way into a document."""

import re

from jobs.edits.slot import Path

_SEGMENT = re.compile(r'"((?:[^"\\]|\\["\\])*)"|([^."]+)')
_PART = re.compile(r"(?P<key>.*[^.:]):(?P<part>[a-z_]+)", re.DOTALL)


def dotted(key: str) -> Path | None:
    """`a."b.c".0` as ("a", "b.c", "0"); None if a segment is empty or a quote is open."""
    path, position = [], 0
    while match := _SEGMENT.match(key, position):
        quoted, bare = match.groups()
        path.append(bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end() + 1
        if match.end() == len(key):
            return tuple(path)
        if key[match.end()] != ".":
            return None
    return None


def split_part(key: str) -> tuple[str, str | None]:
    """`databases.shop:host` as ("databases.shop", "host"); the part is None if none is named."""
    match = _PART.fullmatch(key)
    return (match["key"], match["part"]) if match else (key, None)
