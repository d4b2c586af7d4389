"""Patterns of the inventory end where the text ends, and are compiled once each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomlkit
from pydantic import BaseModel

from jobs.inventory import BadInventory, Inventory, load_inventory
from jobs.inventory.parts import Part
from tests.parts import ROOT
from tests.unit.jobs.test_inventory_junk import planted

EXAMPLE = tomllib.loads((ROOT / "docs" / "inventory.toml").read_text())
PATTERNED = (
    ("redis", "prefix"),
    ("etcd", "main", "tls", "ca"),
    ("clusters", "shop", "etcd"),
    ("senders", "watch", "keys", 0),
    ("slack", "channel"),
    ("audit", "anchor_prefix"),
)


def texts(path: tuple[Any, ...]) -> str:
    """What stands at a place of the example, or something that could."""
    at: Any = EXAMPLE
    for key in path:
        at = at.get(key, {}) if isinstance(at, dict) else at[key]
    return str(at or "/pgbaton/")


@pytest.mark.parametrize("path", PATTERNED, ids=lambda path: ".".join(map(str, path)))
def test_no_newline_follows(path: tuple[Any, ...]) -> None:
    """A name, a path, a key or a channel with a newline behind it is a mistake at its place."""
    found = load_inventory(tomlkit.dumps(planted(EXAMPLE, path, texts(path) + "\n")))
    assert isinstance(found, BadInventory)
    assert any(one.startswith(".".join(map(str, path))) for one in map(str, found.mistakes)), found


def tables(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield of
    for one in of.__subclasses__():
        yield from tables(one)


def test_no_table_has_an_engine_of_its_own() -> None:
    """pydantic's own would cost each process 19 MB."""
    assert Inventory in set(tables(Part))
    assert {one.model_config.get("regex_engine") for one in tables(Part)} == {"python-re"}
