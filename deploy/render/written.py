"""The inventory as a file again: every machine that runs a process of pgbaton's own has the same one."""

from __future__ import annotations

from typing import Any

import tomlkit

from jobs.inventory import Inventory

HEADER = "# Written by pgbaton from the inventory; changes made here are overwritten.\n"


def inventory_toml(inventory: Inventory) -> str:
    """The same inventory, to the digest, without what is as it is anyway, and without comments."""
    said = inventory.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return HEADER + tomlkit.dumps({"schema": 1, **_without_none(said)})


def _without_none(value: Any) -> Any:
    """TOML has no null; what is None by default is left out, and so means None again."""
    if isinstance(value, dict):
        return {name: _without_none(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_none(one) for one in value]
    return value
