"""X-Filter: a collection's rows as a client asks for them, in Linode's own little language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.refusal import Refused, refuse

Test = Callable[[Any, Any], bool]
COMPARISONS: Mapping[str, Test] = {
    "+gt": lambda value, wanted: value > wanted,
    "+gte": lambda value, wanted: value >= wanted,
    "+lt": lambda value, wanted: value < wanted,
    "+lte": lambda value, wanted: value <= wanted,
    "+neq": lambda value, wanted: bool(value != wanted),
    "+contains": lambda value, wanted: str(wanted).lower() in str(value).lower(),
}


def select(rows: Iterable[Row], header: str | None) -> list[Row]:
    """The rows that an X-Filter lets through, in the order that it asks for."""
    wanted = parse(header)
    order, by = wanted.pop("+order", "asc"), wanted.pop("+order_by", None)
    found = [row for row in rows if matches(row, wanted)]
    if by is not None:
        found.sort(key=lambda row: _sortable(member(row, by)), reverse=order == "desc")
    return found


def parse(header: str | None) -> Row:
    try:
        wanted = json.loads(header or "{}")
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise refuse("Cannot filter on invalid JSON", "X-Filter")
    return wanted


def matches(row: Row, wanted: Any) -> bool:
    """Whether every condition holds."""
    if not isinstance(wanted, dict):
        raise refuse("Conditions must be JSON objects", "X-Filter")
    return all(_holds(row, name, value) for name, value in wanted.items())


def _holds(row: Row, name: str, wanted: Any) -> bool:
    if name in {"+and", "+or"}:
        if not isinstance(wanted, list):
            raise refuse(f"{name} takes a list of conditions", "X-Filter")
        held = (matches(row, one) for one in wanted)
        return all(held) if name == "+and" else any(held)
    value = member(row, name)
    if isinstance(wanted, dict):
        return all(_compare(value, how, what) for how, what in wanted.items())
    return bool(wanted in value if isinstance(value, list) else value == wanted)


def _compare(value: Any, how: str, wanted: Any) -> bool:
    if how not in COMPARISONS:
        raise refuse(f"Unrecognized operator {how}", "X-Filter")
    try:
        return COMPARISONS[how](value, wanted)
    except TypeError:
        return False


def member(row: Row, name: Any) -> Any:
    """A member by name; entity.id goes one level down. What the rows lack cannot be filtered on."""
    value: Any = row
    for part in str(name).split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or part not in value:
            raise _unknown(name)
        value = value[part]
    return value


def _unknown(name: str) -> Refused:
    return refuse(f"Cannot filter on {name}", "X-Filter")


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
