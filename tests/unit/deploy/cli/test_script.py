"""What is printed is what is installed."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deploy.alerts import alert_rules
from deploy.hook import hook_script, hook_units
from deploy.remote import hardened_script, permitted
from deploy.remote.hardened import Permitted, authorized_key, remote_list, sudoers
from deploy.render import MuxGround, mux_cfg
from jobs.inventory import Inventory, load_inventory
from tests.unit.deploy.cli.desk import Operator
from tests.world import INVENTORY

MACHINES = 'scope = "shop"\nmachines = { pg1 = "10.0.0.1", pg2 = "10.0.0.2" }'


@pytest.fixture
def ann_with_machines(ann: Operator) -> Operator:
    """Her inventory says which members there are."""
    inventory = load_inventory(INVENTORY.replace('scope = "shop"', MACHINES))
    assert isinstance(inventory, Inventory)
    ann.world.inventory = inventory
    return ann


@pytest.mark.parametrize(("what", "text"), [("hook", hook_script()), ("remote", hardened_script())])
def test_the_script_comes_out_whole(ann: Operator, what: str, text: str) -> None:
    """Byte for byte, and nothing else on standard output."""
    seen = ann.types("script", what)
    assert (seen.exit_code, seen.stdout) == (0, text)
    assert text.startswith("#!/bin/sh\n")


def test_the_units_come_out_whole(ann: Operator) -> None:
    """What systemd-analyze has seen is what is printed."""
    for name, text in hook_units().items():
        seen = ann.types("script", name.removeprefix("pgbaton-").replace(".", "-"))
        assert (seen.exit_code, seen.stdout) == (0, text)


def test_the_alert_rules_come_out_whole(ann: Operator) -> None:
    """The very file that promtool checked."""
    seen = ann.types("script", "alert-rules")
    assert (seen.exit_code, seen.stdout) == (0, alert_rules())


def test_another_script_is_a_wrong_call(ann: Operator) -> None:
    """Those that there are stand in the help."""
    assert ann.types("script", "other").exit_code == 2
    seen = ann.types("script", "--help")
    for name in ("hook", "mux", "remote", "list", "sudoers", "authorized-key", "alert-rules"):
        assert name in seen.output


def test_the_list_is_the_inventorys(ann_with_machines: Operator) -> None:
    """The whole file, of every cluster of the host."""
    seen = ann_with_machines.types("script", "list", "web1")
    wanted = permitted(ann_with_machines.world.inventory, "shop", "web1")
    assert isinstance(wanted, Permitted)
    assert (seen.exit_code, seen.stdout) == (0, remote_list([wanted]))
    rooted = ann_with_machines.types("script", "list", "web1", "--root", "/srv")
    assert "root /srv\n" in rooted.stdout


def test_a_list_that_cannot_be_derived_is_refused(ann: Operator) -> None:
    """No half of a list comes out, and the remedy says what the inventory lacks."""
    seen = ann.types("script", "list", "web1")
    assert (seen.exit_code, seen.stdout) == (78, "")
    assert "machines" in seen.stderr


@pytest.fixture
def ann_with_a_mux(ann: Operator) -> Operator:
    """Her inventory gives the traffic port to a mux."""
    cluster = f"{MACHINES}\npostgresql_port = 5433\nmux = {{}}"
    inventory = load_inventory(INVENTORY.replace('scope = "shop"', cluster))
    assert isinstance(inventory, Inventory), inventory
    ann.world.inventory = inventory
    return ann


def test_the_mux_is_the_inventorys(ann_with_a_mux: Operator) -> None:
    """One member's whole file, with the networks and files that were named."""
    inventory = ann_with_a_mux.world.inventory
    seen = ann_with_a_mux.types("script", "mux", "shop", "pg1")
    assert (seen.exit_code, seen.stdout) == (0, mux_cfg(inventory, "shop", "pg1", MuxGround()))
    words = ("--from", "10.0.0.0/8", "--rest-ca", "/ca.pem", "--rest-cert", "/both.pem")
    ground = MuxGround(networks=("10.0.0.0/8",), rest_ca="/ca.pem", rest_cert="/both.pem")
    seen = ann_with_a_mux.types("script", "mux", "shop", "pg2", *words)
    assert seen.stdout == mux_cfg(inventory, "shop", "pg2", ground)


@pytest.mark.parametrize(
    ("words", "code", "remedy"),
    [
        (["shop", "pg9"], 78, "machines"),
        (["shop", "pg1", "--from", "web1"], 78, "10.0.0.0/24"),
        (["store", "pg1"], 2, "there is: shop"),
        (["shop"], 2, "MEMBER"),
    ],
)
def test_a_mux_that_cannot_be_is_refused(
    ann_with_a_mux: Operator, words: list[str], code: int, remedy: str
) -> None:
    """Nothing comes out, and the remedy names what to write."""
    seen = ann_with_a_mux.types("script", "mux", *words)
    assert (seen.exit_code, seen.stdout) == (code, "")
    assert remedy in seen.stderr


def test_without_a_mux_in_the_inventory_there_is_none(ann_with_machines: Operator) -> None:
    """The remedy names the table."""
    seen = ann_with_machines.types("script", "mux", "shop", "pg1")
    assert (seen.exit_code, seen.stdout) == (78, "")
    assert "[clusters.shop.mux]" in seen.stderr


def test_sudos_rule_is_for_the_hosts_user(ann: Operator) -> None:
    """The inventory's user of that host."""
    user = ann.world.inventory.hosts["web1"].user
    assert ann.types("script", "sudoers", "web1").stdout == sudoers(user)


def test_the_keys_line(ann: Operator) -> None:
    """Made of one public key; a private one never comes out."""
    key, public = _key_files(ann.folder)
    seen = ann.types("script", "authorized-key", "web1", str(public))
    assert seen.stdout == authorized_key(public.read_text())
    for bad in (key, Path("missing"), _twice(public)):
        refused = ann.types("script", "authorized-key", "web1", str(bad))
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "name the .pub file" in refused.stderr


def _key_files(folder: Path) -> tuple[Path, Path]:
    """A fresh pair as ssh-keygen writes it."""
    made = Ed25519PrivateKey.generate()
    key, public = folder / "key", folder / "key.pub"
    key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public.write_bytes(made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    return key, public


def _twice(public: Path) -> Path:
    both = public.with_name("both.pub")
    both.write_text(f"{public.read_text()}\n" * 2)
    return both


@pytest.mark.parametrize("words", [["list"], ["sudoers"], ["authorized-key", "key.pub"]])
def test_an_unknown_host_is_a_wrong_call(ann: Operator, words: list[str]) -> None:
    """The answer names those that there are."""
    seen = ann.types("script", words[0], "web9", *words[1:])
    assert (seen.exit_code, seen.stdout) == (2, "")
    assert "web1" in seen.stderr
