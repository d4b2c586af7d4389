r"""Strings as single words that a POSIX shell can read: without it, a space in a path ends the path.

A word is read with `read -r` and turned back with `printf %b`: bytes outside a safe alphabet
become `\0ooo`, the empty word is `-`.
"""

from __future__ import annotations

import re

from jobs.fence import Fence
from jobs.inventory.address import Address

VERSION = "pgbaton 1"

_UNSAFE = re.compile(rb"[^A-Za-z0-9_./:@%+=,~-]")
_ESCAPE = re.compile(rb"\\0([0-7]{3})")
_NAME = re.compile(r"[^\x00-\x1f\x7f]+")
_SYSTEM = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def quote(text: str | bytes) -> str:
    """One word for any string, the same for the same string."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    if raw in {b"", b"-"}:
        return "\\0055" if raw else "-"
    return _UNSAFE.sub(lambda m: b"\\0%03o" % m[0][0], raw).decode("ascii")


def unquote(word: str) -> str:
    """The string that `quote` made a word of."""
    if word == "-":
        return ""
    raw = _ESCAPE.sub(lambda m: bytes([int(m[1], 8)]), word.encode("ascii", "replace"))
    return raw.decode("utf-8", "surrogateescape")


def word(text: str) -> str:
    """A name or path as a word; ValueError for control characters, which no host could be told."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} is empty or holds a control character; a host could not be told it"
        )
    return quote(text)


def sha(text: str) -> str:
    """The text, if it is a SHA-256 in hex."""
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError(f"{text!r} is no SHA-256 in hex")
    return text


def fence_word(fence: Fence) -> str:
    """A fence as `parse_fence` and the host read it."""
    if not _SYSTEM.fullmatch(fence.system) or fence.pg_timeline < 0 or fence.epoch < 0:
        raise ValueError(f"{fence} is no fence a host could keep")
    return str(fence)


def address_words(address: Address) -> str:
    """Host and port as two words."""
    return f"{word(address.host)} {int(address.port)}"


def command_word(text: str) -> str:
    """A shell command as a word: it may have lines, but no NUL."""
    if not text or "\0" in text:
        raise ValueError(f"{text!r} is no command")
    return quote(text)
