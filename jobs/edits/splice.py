"""Without this file an edit would have to carry the whole file instead of the few bytes that change."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

_TOKEN = re.compile(r"[^\s:/@?&=,;'\"]+|.", re.DOTALL)
_LONGEST_COMPARED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Replace `length` bytes at `offset` of the original file; both count bytes of the original."""

    offset: int
    length: int
    replacement: bytes

    @property
    def end(self) -> int:
        return self.offset + self.length


def apply(content: bytes, splices: Sequence[Splice]) -> bytes:
    """The content with every splice done; ValueError unless they are sorted, apart and inside."""
    _demand_order(content, splices)
    parts, position = [], 0
    for splice in splices:
        parts += [content[position : splice.offset], splice.replacement]
        position = splice.end
    return b"".join([*parts, content[position:]])


def _demand_order(content: bytes, splices: Sequence[Splice]) -> None:
    inside = all(0 <= s.offset <= s.end <= len(content) and s.length >= 0 for s in splices)
    apart = all(a.end <= b.offset and a.offset < b.offset for a, b in pairwise(splices))
    if not inside or not apart:
        raise ValueError("splices must be sorted, must not overlap and must lie inside the file")


def difference(text: str, *, start: int, end: int, new: str) -> Iterator[tuple[int, int, str]]:
    """The parts of `text[start:end]` that must change so that it reads `new`, in characters.

    A connection string is compared word by word, so that a password between a host and a port
    that both change stays where it is. Yields (start, end, replacement).
    """
    old_words, new_words = _words(text[start:end]), _words(new)
    matcher = SequenceMatcher(a=old_words, b=new_words, autojunk=False)
    starts = _starts(old_words, start)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield _trimmed(text, starts[a], starts[b], "".join(new_words[c:d]))


def _words(text: str) -> list[str]:
    return _TOKEN.findall(text) if len(text) <= _LONGEST_COMPARED else [text]


def _starts(words: Sequence[str], start: int) -> list[int]:
    starts = [start]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts


def _trimmed(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    while start < end and new and text[start] == new[0]:
        start, new = start + 1, new[1:]
    while start < end and new and text[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    return start, end, new


def in_bytes(text: str, parts: Sequence[tuple[int, int, str]], *, base: int) -> tuple[Splice, ...]:
    """Parts in characters of `text` as splices of the file, whose text begins at byte `base`.

    Parts that touch become one, so that no two splices share an offset.
    """
    splices: list[Splice] = []
    for start, end, new in sorted(parts, key=lambda part: part[:2]):
        offset = base + len(text[:start].encode())
        splice = Splice(
            offset=offset, length=len(text[start:end].encode()), replacement=new.encode()
        )
        if splices and splices[-1].end == offset:
            splice = _joined(splices.pop(), splice)
        splices.append(splice)
    return tuple(splices)


def _joined(first: Splice, second: Splice) -> Splice:
    return Splice(
        offset=first.offset,
        length=first.length + second.length,
        replacement=first.replacement + second.replacement,
    )
