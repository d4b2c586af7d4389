"""A policy of holding returns that could hold nothing, or hold it too long, is a mistake."""

from __future__ import annotations

import pytest

from jobs.inventory import BadInventory, Inventory, load_inventory
from tests.world import INVENTORY

PROBE = 'probe = { user = "pgbaton" }\n'


def loaded(lines: str) -> Inventory | BadInventory:
    return load_inventory(INVENTORY.replace('scope = "shop"', f'scope = "shop"\n{lines}'))


def test_it_is_off_by_default() -> None:
    """Without the table nothing is ever held."""
    found = loaded("")
    assert isinstance(found, Inventory)
    assert found.clusters["shop"].flapping is None


def test_an_empty_table_asks_for_what_is_usual() -> None:
    """Four changes in ten minutes, two minutes of calm."""
    found = loaded(PROBE + "flapping = {}")
    assert isinstance(found, Inventory)
    asked = found.clusters["shop"].flapping
    assert asked is not None
    assert (asked.changes, asked.within, asked.calm) == (4, 600, 120)


@pytest.mark.parametrize(
    ("lines", "path", "reason"),
    [
        ("flapping = {}", "clusters.shop.flapping", 'probe = { user = "pgbaton" }'),
        (
            PROBE + "flapping = { within = 60 }",
            "clusters.shop.flapping.calm",
            "write calm = 60 or less",
        ),
        (PROBE + "flapping = { changes = 1 }", "clusters.shop.flapping.changes", "2"),
        (PROBE + "flapping = { changes = 21 }", "clusters.shop.flapping.changes", "20"),
        (PROBE + "flapping = { calm = 0 }", "clusters.shop.flapping.calm", "0"),
        (PROBE + "flapping = { window = 9 }", "clusters.shop.flapping.window", ""),
    ],
    ids=["no probe", "calm too long", "one change", "too many", "no calm", "unknown key"],
)
def test_a_policy_that_cannot_be_meant_is_a_mistake(lines: str, path: str, reason: str) -> None:
    """Its path, and what to write instead."""
    bad = loaded(lines)
    assert isinstance(bad, BadInventory)
    [mistake] = bad.mistakes
    assert mistake.path == path
    assert reason in mistake.reason
