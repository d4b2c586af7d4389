"""`pgbaton release`: whoever ends a hold says why, and everybody who reads the record sees it."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.inventory import Inventory, load_inventory
from tests.unit.deploy.cli.desk import Operator
from tests.world import INVENTORY

POLICY = """scope = "shop"
probe = { user = "pgbaton" }
flapping = { changes = 2, within = 600, calm = 60 }
"""


@pytest.fixture
def held(ann: Operator) -> Operator:
    """pg1, pg2, pg1: the second change is held, and applications stay at pg2."""
    inventory = load_inventory(INVENTORY.replace('scope = "shop"\n', POLICY))
    assert isinstance(inventory, Inventory), str(inventory)
    world = ann.world
    world.inventory, world.ledger.inventory = inventory, inventory.digest
    world.settle()
    for member in ("pg2", "pg1"):
        world.clock.pass_by(10)
        world.fail_over(member)
        world.settle()
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    return ann


def test_a_release_brings_applications_to_the_leader(held: Operator) -> None:
    """At once, and who said so stands in the trail, in the tail and in the incident's timeline."""
    seen = held.types("release", "shop", "--why", "the switch is mended")
    assert (seen.exit_code, seen.stdout) == (
        0,
        "shop is released; follow it with: pgbaton tail shop\n",
    )
    held.world.work()
    assert "DB_HOST=10.0.0.1" in held.world.env("web1")
    [told] = held.world.told(Kind.RELEASED)
    assert (told["by"], told["reason"]) == ("dba", "the switch is mended")
    tail = held.types("tail", "--no-follow", "-n", "30").stdout
    assert "released by dba" in tail
    assert "the switch is mended" in tail


def test_a_repoint_while_held_names_what_lifts_it(held: Operator) -> None:
    """With and without --now: a hold is no hold if the next command walks around it unawares."""
    for words in (("repoint", "shop"), ("repoint", "shop", "--now")):
        seen = held.types(*words)
        assert seen.exit_code == 1
        assert "applications are held at pg2" in seen.stderr
        assert "pgbaton release shop" in seen.stderr
    assert "DB_HOST=10.0.0.2" in held.world.env("web1")


def test_the_incident_says_that_it_is_held(held: Operator) -> None:
    """In the table of incidents, while it lasts and no longer."""
    assert "held back" in held.types("incidents").stdout
    held.types("release", "shop", "--why", "go")
    held.world.work()
    assert "held back" not in held.types("incidents").stdout


def test_releasing_what_is_not_held_leaves_no_entry(ann: Operator) -> None:
    """A release too many is harmless."""
    seen = ann.types("release", "shop", "--why", "x")
    assert (seen.exit_code, seen.stdout) == (0, "nothing of shop is held back\n")
    assert ann.world.kinds() == []


@pytest.mark.parametrize("words", [("shop",), ("shop", "--why", " "), ("nowhere", "--why", "x")])
def test_a_bad_release_is_a_wrong_call(ann: Operator, words: tuple[str, ...]) -> None:
    """Without a reason, with a blank one, or of a cluster that does not exist."""
    assert ann.types("release", *words).exit_code == 2
