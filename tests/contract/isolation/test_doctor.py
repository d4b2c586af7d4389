"""The doctor asks a real machine whether it could stop a stale primary, and stops nothing."""

from pathlib import Path

from deploy.cli.health import surroundings
from deploy.doctor.evidence import Unseen
from deploy.doctor.isolated import examine_isolation
from deploy.doctor.shared import Shared
from jobs.inventory import Inventory, load_inventory
from tests.contract.isolation.member import Member
from tests.unit.deploy.cli.desk import FakeDesk
from tests.unit.deploy.doctor.subjects.told import told
from tests.world import INVENTORY, make_world

NOWHERE = Unseen(reason="no keys folder is here", remedy="name it")


def shared(machine: Member, key: Path) -> Shared:
    """A desk with the workers' key, and an inventory whose one reachable member is the machine."""
    lines = (
        'scope = "shop"\nprobe = { user = "pgbaton" }\nmachines = { pg1 = "127.0.0.1", pg2 = "127.0.0.2" }\n'
        f'isolation = {{ policy = "stop", port = {machine.port} }}'
    )
    pins = "".join(f'[machines.{n}]\nhost_keys = ["{machine.host_key}"]\n' for n in ("pg1", "pg2"))
    text = INVENTORY.replace("127.0.0.1", "127.0.0.9")
    inventory = load_inventory(text.replace('scope = "shop"', lines) + pins)
    assert isinstance(inventory, Inventory), str(inventory)
    desk = FakeDesk(make_world(), environ={"PGBATON_SSH_KEY": str(key)})
    desk.world.inventory = inventory
    return Shared(surroundings(desk, NOWHERE, digest=inventory.digest, pings=False))


def test_one_is_ready_and_one_is_not_there(stale: Member) -> None:
    """With the workers' key; PostgreSQL runs on."""
    seen = examine_isolation(shared(stale, stale.key_file), "shop")
    assert told(seen) == {"isolation-unreachable": "red"}
    assert seen.fine == ("pg1: a stale primary could be stopped",)
    assert stale.runs()


def test_without_the_workers_key_nobody_was_seen(stale: Member, tmp_path: Path) -> None:
    """Amber, with where to run it."""
    seen = examine_isolation(shared(stale, tmp_path / "nothing"), "shop")
    assert told(seen) == {"not-seen": "amber"}
