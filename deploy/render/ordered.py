"""One order for every inventory that says the same: else a table moved in the file would restart etcd."""

from __future__ import annotations

from typing import Any

from jobs.inventory import Inventory


def ordered(inventory: Inventory) -> Inventory:
    """The same inventory with the names of every table in their order; lists stay as they are, since
    the first webhook is asked first."""
    said = inventory.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Inventory.model_validate(_sorted(said))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    return value
