"""Secrets that are known by their value: those in the files of the very host that speaks."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote

from jobs.masking.shapes import MASK

FLOOR = 6
"""Characters of a value that is masked wherever it stands; a shorter one would be found in words."""

COMMON = frozenset(
    {
        "postgres",
        "postgresql",
        "password",
        "secret",
        "localhost",
        "database",
        "pgbouncer",
        "pgbaton",
    }
    | {"production", "staging", "development", "laravel", "default", "disable", "require", "prefer"}
    | {"verify-ca", "verify-full", "changeme", "public", "private", "master", "replica", "primary"}
)
"""Values that are words of every sentence here; as a password they are none."""

_DISTINCT = 3
"""Different characters of a secret at least: a row of dashes is none."""

_CORE = 7
"""Characters of base64 that are searched for at least."""

_NAME = r"[\w.-]{0,80}(?:pass|pwd|secret|token|key|credential|auth|salt)[\w.-]{0,80}"
_QUOTED = r"\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^'\\]|\\.|'')*)'"
# What follows is looked at and not consumed: a pair may stand in another one's value.
_PAIR = re.compile(
    rf"(?is)(?<![\w.-])[\"']?(?P<name>{_NAME})[\"']?[ \t]*(?P<sign>[:=])[ \t]*"
    rf"(?=(?:{_QUOTED}|(?P<bare>[^\r\n]*)))"
)
_USERINFO = re.compile(r"://[^\s:@/]{0,200}:(?P<value>[^\s\"']{1,500})@")
_PLACE = re.compile(r"(?i)(?:file|path|dir|folder)$")
_STOP = re.compile(r"[\s,;&}\]]")


@dataclass(frozen=True, slots=True)
class Known:
    """Values that must never be shown. Shows none of them when printed."""

    values: frozenset[str] = field(default=frozenset(), repr=False)

    def __or__(self, other: Known) -> Known:
        return Known(self.values | other.values)

    def masked(self, text: str) -> str:
        """The text with each of them, in any spelling, as `***`; one that the text's end or beginning
        cuts off, too."""
        if not self.values or len(text) < FLOOR:
            return text
        spellings = sorted({s for v in self.values for s in _spellings(v)}, key=len, reverse=True)
        present = [s for s in spellings if s in text]
        if present:
            text = re.sub("|".join(map(re.escape, present)), MASK, text)
        return _without_cut_ends(text, spellings)


def secrets_in(contents: Iterable[bytes]) -> Known:
    """The secrets of managed files, whatever their format: values of keys that look secret, and the
    passwords in URLs."""
    values: set[str] = set()
    for content in contents:
        text = content.decode("utf-8", "replace")
        values.update(*map(_candidates, _PAIR.finditer(text)))
        for found in _USERINFO.finditer(text):
            values |= {found["value"], unquote(found["value"])}
    return Known(frozenset(filter(_is_secret, values)))


def _is_secret(value: str) -> bool:
    """Long enough to be told from other words, and more than a row of the same signs."""
    return len(value) >= FLOOR and value.lower() not in COMMON and len(set(value)) >= _DISTINCT


def _candidates(found: re.Match[str]) -> set[str]:
    """A quoted value as written and as meant; a bare one up to its line's end, a comment, or whatever
    may end it. Of several lines each one is a secret."""
    if _PLACE.search(found["name"]):
        return set()
    if found["bare"] is not None:
        values = _bare(found["bare"].strip(), prose=found["sign"] == ":" and _in_comment(found))
    else:
        written = found["double"] if found["double"] is not None else found["single"] or ""
        values = {written, _meant(written)}
    values |= {v.removeprefix("base64:") for v in values}
    return {line for value in values for line in (value, *value.splitlines()) if line.strip()}


def _bare(text: str, *, prose: bool) -> set[str]:
    """In a comment, what stands behind a colon is a sentence."""
    if prose:
        return set()
    ends = {text, re.split(r"\s+#", text)[0].rstrip(), _STOP.split(text)[0]}
    return {v.strip("\"'") for v in ends} | {v.rstrip(",;") for v in ends}


def _in_comment(found: re.Match[str]) -> bool:
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    return line.lstrip().startswith(("#", ";", "//"))


def _meant(written: str) -> str:
    lines = written.replace(r"\n", "\n").replace("''", "'")
    return re.sub(r"\\(.)", r"\1", lines)


def _spellings(value: str) -> Iterator[str]:
    yield value
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    yield value.replace("\\", "\\\\").replace('"', '\\"').replace("/", "\\/")
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    for encoded in _cores(value.encode("utf-8", "replace")):
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")


def _cores(raw: bytes) -> Iterator[str]:
    """What base64 makes of these bytes wherever they stand among others: the characters that depend on
    nothing else. Alone they are the value's own base64, but for its end."""
    yield base64.b64encode(raw).decode().rstrip("=")
    for ahead in range(3):
        encoded = base64.b64encode(b"\0" * ahead + raw).decode()
        first, last = -(-ahead * 8 // 6), (ahead + len(raw)) * 8 // 6
        if last - first >= _CORE:
            yield encoded[first:last]


def _without_cut_ends(text: str, spellings: Iterable[str]) -> str:
    """A bounded output may begin or end in the middle of a secret."""
    for spelling in spellings:
        for size in range(min(len(spelling) - 1, len(text)), FLOOR - 1, -1):
            if text.endswith(spelling[:size]):
                text = text[:-size] + MASK
            if text.startswith(spelling[-size:]):
                text = MASK + text[size:]
    return text
