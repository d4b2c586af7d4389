"""Reading a table whose shape may be wrong; without it a bad shape would hide every other mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Raw = Mapping[str, Any]


def tables(raw: Raw, name: str) -> Iterator[tuple[str, Raw]]:
    """The tables of a section by their names, without what is no table."""
    yield from ((key, value) for key, value in table(raw, name).items() if isinstance(value, dict))


def table(raw: Raw, name: str) -> Raw:
    """A table, empty where there is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def texts(raw: Raw, name: str) -> Iterator[tuple[str, str]]:
    """The entries of a map that are texts."""
    yield from ((key, value) for key, value in table(raw, name).items() if isinstance(value, str))


def items(raw: Raw, name: str) -> list[Any]:
    """A list, empty where there is none."""
    value = raw.get(name)
    return value if isinstance(value, list) else []


def whole(raw: Raw, name: str, default: int) -> int:
    """A whole number, the default where there is none."""
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
