"""Without this file a format could not say where a value stands and what forbids changing it."""

import re
from dataclasses import dataclass
from typing import Protocol

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file is not edited, and what would lift that; never holds a value of the file."""

    key: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why one place of a readable file must not be written."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One scalar of a file: `text[start:end]`, in characters, is all that writing it replaces.

    `value` is the text a reader gets, None if the key stands there without one. `style` is the
    format's own word for how it is written. Where its readers disagree, `settled` is False, and
    the value is written anew even if it looks right. An obstacle on a path counts for all below.
    """

    path: Path
    start: int
    end: int
    value: str | None
    style: str
    settled: bool = True
    obstacle: Obstacle | None = None


class Grammar(Protocol):
    """What an edit asks of a file format; one module is one grammar."""

    def path(self, key: str) -> Path | None:
        """The path that a key without its `:part` names, None if it names none."""

    def read(self, text: str) -> tuple[Slot, ...] | Refusal:
        """Every scalar in order, cross-checked with the format's parser where there is one."""

    def write(self, slot: Slot, new: str) -> str | Obstacle:
        """What must stand at the slot for readers to get `new`, in the slot's own style."""

    def append(self, text: str, path: Path, new: str) -> str | Obstacle:
        """What must be added at the end of the text for a missing key."""


def line(text: str, index: int) -> int:
    """The number, from 1, of the line that holds the character."""
    return len(re.findall(r"\r\n|\n|\r", text[:index])) + 1


NOT_APPENDED = Obstacle(
    reason="the key is not in the file",
    remedy="write it into the file once, with any value; pgbaton then keeps it right",
)


def other_type(style: str) -> Obstacle:
    return Obstacle(
        reason=f"a {style} stands there, and the wanted value is none",
        remedy="put a string there by hand once, if the application takes one",
    )
