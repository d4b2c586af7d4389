"""Notes put into the inventory's text: every comment and every other byte stays."""

from __future__ import annotations

from collections.abc import Iterable

import tomlkit
from tomlkit.items import InlineTable, Table

from deploy.provision.notes import Note


def written(text: str, notes: Iterable[Note]) -> str:
    """The text with each note's key set; tables that are lacking are added."""
    document = tomlkit.parse(text)
    for note in notes:
        at = document
        for i, name in enumerate(note.table):
            if name not in at:
                at[name] = _new(at, last=i == len(note.table) - 1)
            at = at[name]
        at[note.key] = note.value
    return tomlkit.dumps(document)


def _new(at: object, *, last: bool) -> Table | InlineTable:
    """Below a table of names, one of its own; a map of labels stays on one line of its cluster."""
    if isinstance(at, InlineTable):
        return tomlkit.inline_table()
    if isinstance(at, Table) and last and not at.is_super_table():
        return tomlkit.inline_table()
    return tomlkit.table(is_super_table=not last)
