"""A mux that would listen where PostgreSQL or Patroni does is a mistake, with all the others."""

from __future__ import annotations

import pytest

from jobs.inventory import BadInventory, Inventory, load_inventory
from tests.world import INVENTORY


def loaded(lines: str) -> Inventory | BadInventory:
    return load_inventory(INVENTORY.replace('scope = "shop"', f'scope = "shop"\n{lines}'))


@pytest.mark.parametrize(
    ("lines", "remedy"),
    [
        ("mux = {}", "give PostgreSQL a port of its own: postgresql_port = 5433"),
        ("mux = { port = 6432 }\npostgresql_port = 6432", "6432 is PostgreSQL's"),
        ("mux = { port = 8008 }", "8008 is Patroni's rest_port"),
        ("mux = {}\nrest_port = 5432\npostgresql_port = 5433", "5432 is Patroni's rest_port"),
    ],
)
def test_a_port_that_is_taken_is_a_mistake(lines: str, remedy: str) -> None:
    """Its path is the mux's port, and the reason says what to write."""
    bad = loaded(lines)
    assert isinstance(bad, BadInventory)
    [mistake] = bad.mistakes
    assert mistake.path == "clusters.shop.mux.port"
    assert remedy in mistake.reason


def test_both_ports_taken_and_a_wrong_key_are_three_mistakes() -> None:
    """Nobody mends a file three times."""
    bad = loaded("mux = { speed = 1 }\nrest_port = 5432")
    assert isinstance(bad, BadInventory)
    assert [m.path for m in bad.mistakes].count("clusters.shop.mux.port") == 2
    assert len(bad.mistakes) == 3


@pytest.mark.parametrize(
    "lines", ["mux = { port = 5433 }", "mux = {}\npostgresql_port = 5433", "postgresql_port = 8008"]
)
def test_ports_of_their_own_are_none(lines: str) -> None:
    """Whichever of the two has moved; and without a mux nothing is said."""
    assert isinstance(loaded(lines), Inventory)
