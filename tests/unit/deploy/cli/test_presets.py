"""What an operator sees of presets: the guide's tables, an application spelled out, a plan of it."""

import tomllib

import pytest

from jobs.inventory import Inventory, load_inventory
from jobs.presets import PRESETS, told
from tests.unit.deploy.cli.desk import Operator
from tests.world import ENV, INVENTORY

START = INVENTORY.index("services =")
PRESET = (
    f'preset = "dotenv"\nfile = "{ENV}"\nrestart = ["store", "queue"]\nup = "http://[::1]/up"\n'
)


@pytest.fixture
def ann_with_a_preset(ann: Operator) -> Operator:
    inventory = load_inventory(INVENTORY[:START] + PRESET)
    assert isinstance(inventory, Inventory), str(inventory)
    ann.world.inventory = inventory
    return ann


def test_the_presets_come_out_as_the_guide_has_them(ann: Operator) -> None:
    """Without an inventory's help."""
    seen = ann.types("script", "presets")
    assert (seen.exit_code, seen.stdout) == (0, told(PRESETS))


def test_an_application_comes_out_spelled_out(ann_with_a_preset: Operator) -> None:
    """What is printed may take the preset's place, and means the same."""
    seen = ann_with_a_preset.types("script", "application", "store")
    assert seen.exit_code == 0
    assert "preset" not in tomllib.loads(seen.stdout)["applications"]["store"]
    again = load_inventory(INVENTORY[: INVENTORY.index("[applications.store]")] + seen.stdout)
    assert again == ann_with_a_preset.world.inventory


def test_an_application_that_is_not_there(ann: Operator) -> None:
    """Those that are there are named."""
    seen = ann.types("script", "application", "shop")
    assert seen.exit_code == 2
    assert "there is no application shop\n  there is: store" in seen.stderr


def test_a_plan_shows_what_the_preset_came_to(ann_with_a_preset: Operator) -> None:
    """Keys, services and check, as if they had been written."""
    ann_with_a_preset.world.fail_over("pg2")
    seen = ann_with_a_preset.types("plan", "shop")
    assert seen.exit_code == 0
    assert "DB_HOST  10.0.0.1 → 10.0.0.2" in seen.stdout
    assert "restart  store (systemd)\n  restart  queue (systemd)" in seen.stdout
    assert "check    curl -fsS -o /dev/null --max-time 2 'http://[::1]/up'" in seen.stdout
