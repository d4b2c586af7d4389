"""Secrets that are known by their shape: for what stands in no managed file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

MASK = "***"

_PASSWORDLIKE = r"pass(?:word|wd|phrase)|pwd|(?<![a-z])pass(?![a-z])"
_KEYLIKE = r"secret|token|credential|(?:api|app|access|private|signing|encryption|account)[_-]?key"
_BARE = r"[^\s\"',;&)}\]]+"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"

_PLAIN: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(
            r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(://[^\s:@/\"']{0,200}:)[^\s/?#\"']*@"), rf"\1{MASK}@"),
    (
        re.compile(
            rf"(?i)((?:{_PASSWORDLIKE}|{_KEYLIKE})[\w.-]{{0,40}}[\"']?\s{{0,3}}=\s{{0,3}})(?:{_QUOTED}|{_BARE})"
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            rf"(?i)((?:{_PASSWORDLIKE})[\w.-]{{0,40}}[\"']\s{{0,3}}:\s{{0,3}})(?:{_QUOTED}|{_BARE})"
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            rf"(?i)((?<![\w-])--?[\w-]{{0,40}}(?:{_PASSWORDLIKE}|secret|token)\s+)(?:{_QUOTED}|[^\s-]\S*)"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(\b(?:password|identified\s+by)\s+)'(?:[^'\\]|\\.|'')*'"), rf"\1'{MASK}'"),
    (
        re.compile(
            r"(?i)(authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s\"',;]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"base64:[A-Za-z0-9+/]{16,}={0,2}"), f"base64:{MASK}"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), MASK),
    (re.compile(r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}"), MASK),
    (re.compile(r"(hooks\.slack\.com/(?:services|workflows|triggers)/)[^\s\"']+"), rf"\1{MASK}"),
    (re.compile(r"\bgh[pousr]_\w{16,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"), MASK),
    (re.compile(r"\b(?:sk|rk|pk)_(?:live|test)_\w{8,}|\bAIza[\w-]{30,}"), MASK),
    (re.compile(r"\bwh(?:sk|sec)_[A-Za-z0-9+/]{16,}={0,2}"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"), MASK),
)

_COLON = re.compile(
    rf"(?i)((?P<pass>{_PASSWORDLIKE})?(?(pass)|(?:{_KEYLIKE}))[\w.-]{{0,40}}[\"']?\s{{0,3}}:\s{{0,3}})"
    rf"(?P<value>{_QUOTED}|{_BARE})"
)
_SCHEME = re.compile(r"(?i)(\b(?:bearer|basic)\s+)(?P<value>[\w+/=.~-]{8,})")
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_OURS = re.compile(
    r"[a-z]+-[0-9a-f]{10}-[0-9a-f]{16}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
"""A job's id, and a UUID: names, not secrets."""

COLON_FLOOR = 6
"""Characters of a value behind a colon; what is shorter is a word of the sentence."""


def masked_shapes(text: str) -> str:
    """The text with every shape's secret as `***`. What was masked stays as it is."""
    for pattern, instead in _PLAIN:
        text = pattern.sub(instead, text)
    text = _COLON.sub(_behind_colon, text)
    text = _SCHEME.sub(_behind_scheme, text)
    return _LONG.sub(_unless(_ordinary), text)


def _behind_colon(found: re.Match[str]) -> str:
    """`password: hunter2` is one; `token: expected` is a parser's complaint."""
    value = found["value"].strip("\"'")
    odd = re.search(r"[^a-z]", value) is not None
    if len(value) < COLON_FLOOR or not (odd or found["pass"]):
        return found[0]
    return found[1] + MASK


def _behind_scheme(found: re.Match[str]) -> str:
    return found[0] if found["value"].islower() or found["value"].istitle() else found[1] + MASK


def _unless(spared: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: found[0] if spared(found[0]) else MASK


def _ordinary(word: str) -> bool:
    """False for what changes between capitals, small letters and digits as only chance does, and for
    long hexadecimal numbers; paths, names and dates change seldom."""
    if _OURS.fullmatch(word):
        return True
    if _HEX.search(word) and not word.isdecimal():
        return not (re.search(r"\d", word) and re.search(r"[a-fA-F]", word))
    changes = sum(a != b for a, b in _neighbours(word))
    return changes < 0.35 * len(word) or not re.search(r"\d", word)


def _neighbours(word: str) -> Iterator[tuple[str, str]]:
    kinds = "".join(
        "d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "-" for c in word
    )
    return ((a, b) for a, b in pairwise(kinds) if "-" not in {a, b})
