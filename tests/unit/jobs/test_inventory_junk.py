"""Whatever stands in an inventory, every mistake is a value: no shape of it ends in a traceback."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.inventory import BadInventory, Inventory, load_inventory
from tests.parts import ROOT

EXAMPLE = tomllib.loads((ROOT / "docs" / "inventory.toml").read_text())
JUNK = st.one_of(
    st.sampled_from(
        [
            *(0, -1, 2**40, 1.5, True, "", "x", "..", "a b", "[", "]", "http://[", "http://[::1"),
            *(
                "https://h:99999/",
                "https://:1",
                "redis://",
                "[::1]:2",
                "fe80::1%eth0",
                "1.2.3",
                "é",
            ),
            *("10.0.0.0/33", "0/0", "whsk_", "a=b", "://:x@", [], {}, [1], [[]], [{}], {"x": 1}),
            *({"x": {}}, {"": ""}, {"a.b": "10.0.0.1"}, ["x", 1], "\n", "10.0.0.5"),
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12),
    st.integers(-5, 70000),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, tables and lists included."""
    yield path
    inside: dict[Any, Any] = value if isinstance(value, dict) else {}
    for key, inner in (dict(enumerate(value)) if isinstance(value, list) else inside).items():
        yield from places(inner, (*path, key))


def planted(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """The document with something else at one place."""
    if not path:
        return junk
    key, *rest = path
    if isinstance(value, dict):
        return {**value, str(key): planted(value.get(key, {}), tuple(rest), junk)}
    if isinstance(value, list):
        return [planted(v, tuple(rest), junk) if i == key else v for i, v in enumerate(value)]
    return value


PLACES = [path for path in places(EXAMPLE) if path]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_no_shape_ends_in_a_traceback(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Up to three places at once hold anything at all; the answer is an inventory, or its mistakes."""
    raw = EXAMPLE
    for path, junk in changes:
        raw = planted(raw, path, junk)
    loaded = load_inventory(tomlkit.dumps(raw))
    assert isinstance(loaded, Inventory | BadInventory)
    if isinstance(loaded, BadInventory):
        assert all(mistake.reason and mistake.path for mistake in loaded.mistakes)
