import json
from pathlib import Path
from secrets import token_bytes

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from jobs.signatures import key_pair, secret_text
from tests.unit.deploy.cli.desk import Operator
from tests.world import HOST_KEY
from tests.world import INVENTORY as FAKE

KEY = Ed25519PrivateKey.generate()
SSH = KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
PINNED = KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
INVENTORY = FAKE.replace(HOST_KEY, PINNED)


def _write(ann: Operator, text: str) -> str:
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    return str(file)


def test_five_mistakes_are_five_lines(ann: Operator) -> None:
    """Syntax apart, every mistake is named at once with its path; exit code 78."""
    text = (
        INVENTORY.replace('etcd = "main"', 'etcd = "mani"')
        .replace('scope = "shop"', 'scoop = "shop"')
        .replace('"redis://', '"rediz://')
        .replace('"web2"]', '"web9"]')
        .replace("{host}", "{hots}")
    )
    seen = ann.types("check", _write(ann, text))
    assert seen.exit_code == 78
    for path in (
        "clusters.shop.etcd",
        "clusters.shop.scoop",
        "clusters.shop.scope",
        "redis.url",
        "applications.store.hosts.1",
        "applications.store.files.0.keys.DB_HOST",
    ):
        assert path in seen.stdout


def test_broken_toml_is_one_mistake(ann: Operator) -> None:
    """A file that is no TOML says where it breaks."""
    seen = ann.types("check", _write(ann, "[redis\n"), "--json")
    assert seen.exit_code == 78
    assert json.loads(seen.stdout)["mistakes"][0]["path"] == "(file)"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_an_unreadable_file_is_said(ann: Operator, content: bytes | None) -> None:
    """A missing file and one that is not text end in two lines, not in a traceback."""
    file = ann.folder / "i.toml"
    if content is not None:
        file.write_bytes(content)
    seen = ann.types("check", str(file))
    assert seen.exit_code == 78
    assert "PGBATON_INVENTORY" in seen.stderr


def test_the_environment_names_the_file(ann: Operator) -> None:
    """Without an argument the inventory is the one that the processes would read."""
    ann.desk.environ = {"PGBATON_INVENTORY": _write(ann, INVENTORY)}
    seen = ann.types("check")
    assert seen.exit_code == 0
    assert "1 cluster, 1 application, 2 hosts, 0 senders" in seen.stdout


SECRETIVE = (
    INVENTORY.replace('scope = "shop"', 'scope = "shop"\nprobe = { user = "pgbaton" }').replace(
        "[etcd.main]", '[etcd.main]\nuser = "pgbaton"'
    )
    + """
[senders.pg1]
clusters = ["shop"]
hmac = true
"""
)


def test_missing_secrets_are_named_with_their_places(ann: Operator) -> None:
    """Each secret the inventory needs is named with its variable; only --strict makes it a no."""
    file = _write(ann, SECRETIVE)
    seen = ann.types("check", file)
    assert seen.exit_code == 0
    for name in ("ETCD_MAIN_PASSWORD", "PROBE_SHOP_PASSWORD", "SENDER_PG1", "SSH_KEY"):
        assert f"PGBATON_{name}" in seen.stdout
    assert ann.types("check", file, "--strict").exit_code == 1


def test_secrets_that_are_there_are_not_lacking(ann: Operator) -> None:
    """Values, files and credentials all count, and none is printed."""
    credentials = ann.folder / "credentials"
    credentials.mkdir()
    shared = secret_text(token_bytes(32))
    (credentials / "sender-pg1").write_text(shared)
    key = ann.folder / "key"
    key.write_text(SSH)
    ann.desk.environ = {
        "PGBATON_ETCD_MAIN_PASSWORD": "hidden",
        "PGBATON_PROBE_SHOP_PASSWORD_FILE": str(key),
        "PGBATON_SSH_KEY": str(key),
        "CREDENTIALS_DIRECTORY": str(credentials),
    }
    seen = ann.types("check", _write(ann, SECRETIVE), "--strict")
    assert seen.exit_code == 0
    assert "lacking" not in seen.stdout
    assert not {"hidden", shared, *SSH.splitlines()} & set(seen.output.split())


def test_files_that_are_not_there_are_lacking(ann: Operator) -> None:
    """Certificates and keys that the inventory or a secret names are looked for."""
    text = INVENTORY.replace("[etcd.main]", '[etcd.main]\ntls = { ca = "/nowhere/ca.pem" }')
    ann.desk.environ = {
        "PGBATON_SSH_KEY": "/nowhere/id",
        "PGBATON_REDIS_PASSWORD_FILE": "/nowhere/redis",
    }
    told = json.loads(ann.types("check", _write(ann, text), "--json").stdout)
    assert {one["path"]: one["reason"] for one in told["lacking"]} == {
        "etcd.main.tls.ca": "there is no file /nowhere/ca.pem",
        "hosts": "there is no file /nowhere/id",
    }


def test_keys_that_are_none_are_mistakes(ann: Operator) -> None:
    """A host key that was cut, or is none, would refuse its host at the first failover."""
    text = INVENTORY.replace(PINNED, PINNED[:-5], 1)
    seen = ann.types("check", _write(ann, text))
    assert seen.exit_code == 78
    assert "hosts.web1.host_keys.0" in seen.stdout
    assert "hosts.web2" not in seen.stdout
    text = INVENTORY.replace(PINNED, "ssh-ed25519 nonsense", 1)
    seen = ann.types("check", _write(ann, text))
    assert seen.exit_code == 78
    assert "hosts.web1.host_keys.0" in seen.stdout
    assert "hosts.web2" not in seen.stdout


def test_secret_keys_that_cannot_be_used_are_told(ann: Operator) -> None:
    """A broken shared secret, a watch's key that nobody knows, and an SSH key that is none."""
    known, other = key_pair(token_bytes(32)), key_pair(token_bytes(32))
    watch = f'[senders.watch]\nclusters = ["shop"]\nkeys = ["{known.public}"]\n'
    no_key = ann.folder / "id"
    no_key.write_text("nothing")
    ann.desk.environ = {
        "PGBATON_SENDER_PG1": "whsec_short",
        "PGBATON_SENDER_KEY_WATCH": other.private,
        "PGBATON_SSH_KEY": str(no_key),
    }
    file = _write(ann, SECRETIVE + watch)
    out = ann.types("check", file).stdout
    for said in ("whsec_", "is not among its keys", "is no usable private key"):
        assert said in out
    assert other.private not in out
    ann.desk.environ = {"PGBATON_SENDER_KEY_WATCH": known.private}
    assert "is not among its keys" not in ann.types("check", file).stdout


def test_what_works_less_well_is_a_warning(ann: Operator) -> None:
    """An unprobed cluster, an idle host and an application that restarts nothing are worth a look."""
    text = INVENTORY.replace('services = [{ name = "store" }]', "").replace(
        'hosts = ["web1", "web2"]', 'hosts = ["web1"]'
    )
    told = json.loads(ann.types("check", _write(ann, text), "--json").stdout)
    paths = [one["path"] for one in told["warnings"]]
    assert paths == ["clusters.shop.probe", "hosts.web2", "applications.store", "senders"]


def test_a_required_probe_without_user_is_said_to_confirm_nothing(ann: Operator) -> None:
    """A policy that can never be met is no detail."""
    text = INVENTORY.replace('scope = "shop"', 'scope = "shop"\nprobe = { policy = "required" }')
    assert "nothing will ever be confirmed" in ann.types("check", _write(ann, text)).stdout


def test_needs_no_inventory_of_its_own(tmp_path: Path) -> None:
    """A file can be checked where nothing is installed yet (the desk is never asked for one)."""
    from click.testing import CliRunner

    from deploy.cli import main

    file = tmp_path / "i.toml"
    file.write_text(INVENTORY)
    assert CliRunner().invoke(main, ["check", str(file)]).exit_code == 0
