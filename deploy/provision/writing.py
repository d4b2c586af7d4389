"""Notes put into the inventory's text: every comment and every other byte stays, and the result is proven."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from deploy.provision.notes import Note


class CannotNote(Exception):  # noqa: N818 - reads as a sentence
    """The file is laid out in a way in which notes cannot be put into it safely."""


def written(text: str, notes: Iterable[Note]) -> str:
    """The text with each note's key set; tables that are lacking are added. Raises CannotNote."""
    asked = tuple(notes)
    try:
        meant, document = tomllib.loads(text), tomlkit.parse(text)
        for note in asked:
            _plainly(meant, note)
            _commented(document, note)
        after = tomlkit.dumps(document)
        if tomllib.loads(after) == meant:
            return after
    except (AttributeError, KeyError, TypeError, ValueError, TOMLKitError):
        pass  # a layout that tomlkit does not see through, or a file that is something else by now
    raise CannotNote("its layout (dotted keys?) does not let this be written by itself")


def _plainly(document: dict[str, Any], note: Note) -> None:
    for name in note.table:
        document = document.setdefault(name, {})
    document[note.key] = note.value


def _commented(document: tomlkit.TOMLDocument, note: Note) -> None:
    at: Any = document
    for i, name in enumerate(note.table):
        if name not in at:
            at[name] = _new(at, last=i == len(note.table) - 1)
        at = at[name]
    at[note.key] = note.value


def _new(at: object, *, last: bool) -> Table | InlineTable:
    """Below a table of names, one of its own; a map of labels stays on one line of its cluster."""
    if isinstance(at, InlineTable):
        return tomlkit.inline_table()
    if isinstance(at, Table) and last and not at.is_super_table():
        return tomlkit.inline_table()
    return tomlkit.table(is_super_table=not last)
