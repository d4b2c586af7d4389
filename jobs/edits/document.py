"""Without this file every format would have to decode bytes and look up keys by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.edits.connection import part_of
from jobs.edits.path import split_part
from jobs.edits.slot import Grammar, Obstacle, Path, Refusal, Slot

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that could be read: its text without byte order mark, which is `base` bytes long."""

    grammar: Grammar
    text: str
    base: int
    slots: tuple[Slot, ...]

    def at(self, path: Path) -> tuple[Slot, ...]:
        """Every place where the key stands, in order; the last one counts for readers."""
        return tuple(slot for slot in self.slots if slot.path == path)

    def obstacle(self, path: Path) -> Obstacle | None:
        """What keeps the path from being written: its own obstacle or that of a node above it."""
        return next(self._obstacles(path), None)

    def _obstacles(self, path: Path) -> Iterator[Obstacle]:
        merged = not self.at(path)
        for slot in self.slots:
            above = slot.path[:-1] if merged and slot.path[-1:] == ("<<",) else slot.path
            if slot.obstacle and path[: len(above)] == above:
                yield slot.obstacle


def document(grammar: Grammar, content: bytes) -> Document | Refusal:
    """The file as its readers see it; a Refusal if it is no text or does not parse."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return Refusal(
            key="",
            reason=f"the file is not UTF-8: byte {error.start} does not fit",
            remedy="store the file as UTF-8",
        )
    if "\0" in text:
        return Refusal(
            key="",
            reason="the file holds NUL bytes",
            remedy="name a text file, or restore this one",
        )
    bare = text.removeprefix(_BOM)
    slots = grammar.read(bare)
    if isinstance(slots, Refusal):
        return slots
    base = len(_BOM.encode()) if bare != text else 0
    return Document(grammar=grammar, text=bare, base=base, slots=slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a wanted key leads: a path of the document, and perhaps a keyword inside its value."""

    key: str
    path: Path
    part: str | None

    def within(self, value: str | None) -> str | None:
        """The text that this address means of a slot's value."""
        return part_of(value, self.part) if self.part and value is not None else value

    def refused(self, obstacle: Obstacle) -> Refusal:
        return Refusal(key=self.key, reason=obstacle.reason, remedy=obstacle.remedy)


def address(grammar: Grammar, key: str) -> Address | Refusal:
    name, part = split_part(key)
    path = grammar.path(name)
    if path is None:
        return Refusal(
            key=key,
            reason="this is no key of such a file",
            remedy="write NAME for dotenv, section.key for ini, a.b.0 for json, toml and yaml; "
            'a segment with dots or colons in double quotes; ":host" at the end for a keyword',
        )
    return Address(key=key, path=path, part=part)


def says(document: Document, address: Address) -> str | Refusal | None:
    """The text a reader gets, None if there is none; a Refusal if it stands behind an obstacle."""
    slots = document.at(address.path)
    obstacle = None if slots else document.obstacle(address.path)
    if obstacle:
        return address.refused(obstacle)
    return address.within(slots[-1].value) if slots else None
