"""Database machines that workers log in to are pinned by the keys that were made for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from deploy.keyring import Completed, complete
from jobs.inventory import BadInventory, load_inventory
from tests.ground import INVENTORY, NOW, pretended


def test_keys_make_pins_members_that_may_be_stopped(tmp_path: Path) -> None:
    """The inventory cannot be loaded without those pins, and is whole with what is written there."""
    assert isinstance(load_inventory(INVENTORY), BadInventory)
    done = complete(INVENTORY, tmp_path / "keys", NOW)
    assert isinstance(done, Completed), str(done)
    machines = tomllib.loads(done.text)["machines"]
    for member in ("pg1", "pg2"):
        public = (tmp_path / f"keys/ssh/hosts/{member}.pub").read_text().split()[:2]
        assert machines[member]["host_keys"] == [" ".join(public)]
    again = complete(done.text, tmp_path / "keys", NOW)
    assert isinstance(again, Completed)
    assert again.lacked == ()


def test_without_a_stop_no_member_is_pinned(tmp_path: Path) -> None:
    """Workers have no business there, and the inventory says nothing of it."""
    text = INVENTORY.replace('policy = "stop"', 'policy = "off"')
    ground = pretended(tmp_path / "keys", text)
    assert not {"pg1", "pg2"} & set(ground.inventory.machines)
