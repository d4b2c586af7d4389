"""Public halves put into the inventory's text, or taken out: every comment stays, and the result is proven."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from deploy.keyring.halves import Half

Change = Callable[[Any], None]
"""What is done to a document, be it one with comments or a plain one."""
PLACES = (("senders", "keys"), ("hosts", "host_keys"), ("machines", "host_keys"))


class CannotWriteError(Exception):
    """The file is written in a way in which it cannot be changed safely; the message says what to do."""


def with_halves(text: str, lacking: tuple[Half, ...]) -> str:
    """The text with them in it. Raises CannotWriteError."""

    def change(document: Any) -> None:
        for half in lacking:
            table = _table(document, half.section, half.name)
            _add(table, "clusters", half.clusters)
            _add(table, half.key, half.lacking)

    return _changed(text, change)


def with_pin(text: str, name: str, key: str, *, host: bool) -> str:
    """The text with this host key as a machine's only one, wherever it has any. Raises CannotWriteError."""

    def change(document: Any) -> None:
        if host:
            document["hosts"][name]["host_keys"] = [key]
        if not host or "host_keys" in document.get("machines", {}).get(name, {}):
            _table(document, "machines", name)["host_keys"] = [key]

    return _changed(text, change)


def without(text: str, keys: frozenset[str]) -> str:
    """The text without these public keys, wherever one stands. Raises CannotWriteError."""

    def change(document: Any) -> None:
        for section, key in PLACES:
            for table in document.get(section, {}).values():
                _drop(table.get(key, []), keys)

    return _changed(text, change)


def _changed(text: str, change: Change) -> str:
    """tomlkit keeps the comments; a plain reader must find in the result what was meant, and no more."""
    document, meant = tomlkit.parse(text), copy.deepcopy(tomllib.loads(text))
    change(meant)
    try:
        change(document)
        after = tomlkit.dumps(document)
        if tomllib.loads(after) == meant:
            return after
    except (KeyError, ValueError):  # a layout that tomlkit does not see through
        pass
    raise CannotWriteError(
        "the inventory's layout (dotted keys?) does not let this be written without touching other lines"
    )


def _table(document: Any, section: str, name: str) -> Any:
    """A table of a section; both are made where they are missing."""
    if section not in document:
        document[section] = tomlkit.table(is_super_table=True)
    tables = document[section]
    if name not in tables:
        tables[name] = (
            tomlkit.inline_table() if isinstance(tables, InlineTable) else tomlkit.table()
        )
    return tables[name]


def _add(table: Any, key: str, items: tuple[str, ...]) -> None:
    """To the end of an array, which is laid out as it was; a new one where there is none."""
    if items and key not in table:
        table[key] = list(items)
        return
    for item in items:
        table[key].append(item)


def _drop(array: Any, keys: frozenset[str]) -> None:
    for i in reversed(range(len(array))):
        if " ".join(str(array[i]).split()[:2]) in keys:
            del array[i]
