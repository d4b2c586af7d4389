"""What people paste: Laravel's database block, as dotenv reads it, and a new machine's user data."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values
from ruamel.yaml import YAML

from deploy.blueprint import Blueprint
from deploy.hook import hook_script
from deploy.render import blueprints as render
from jobs.inventory import Inventory
from tests.ground import Ground

ODD = """it's "odd" $HOME ${X} \\ # é"""


def _env(blueprint: Blueprint, name: str) -> Mapping[str, str | None]:
    text = blueprint.fragments[name].text
    return dotenv_values(stream=io.StringIO(text), interpolate=False)


def test_laravel_s_block_leads_to_the_cluster(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """DB_CONNECTION too, without which Laravel would talk to MySQL; one block for each database."""
    env = _env(blueprints["web1"], "laravel-store-shop.env")
    assert env == {
        "DB_CONNECTION": "pgsql",
        "DB_HOST": "127.77.1.11",
        "DB_PORT": "5433",
        "DB_DATABASE": "shop",
        "DB_USERNAME": "shop",
        "DB_PASSWORD": ground.keyring.secret("database-shop-shop"),
        "DB_SSLMODE": "require",
    }
    assert _env(blueprints["web2"], "laravel-store-reports.env")["DB_DATABASE"] == "reports"


def test_behind_a_balancer_it_is_the_balancer_s(ground: Ground) -> None:
    """Its own address and port, which never change."""
    store = ground.inventory.applications["store"].model_copy(update={"endpoint": "nodebalancer"})
    inventory = ground.inventory.model_copy(update={"applications": {"store": store}})
    env = _env(render(inventory, ground.keyring)["web1"], "laravel-store-shop.env")
    assert (env["DB_HOST"], env["DB_PORT"]) == ("203.0.113.10", "5432")


def test_any_password_is_read_back_as_it_is(ground: Ground) -> None:
    """Quotes, dollars and backslashes of one that people brought; Laravel would put variables in for `$`."""
    file: Path = ground.keyring.folder / "secrets/database-shop-shop"
    was = file.read_text()
    try:
        file.write_text(ODD)
        text = ground.rendered()["web1"].fragments["laravel-store-shop.env"].text
    finally:
        file.write_text(was)
    line = next(line for line in text.splitlines() if line.startswith("DB_PASSWORD"))
    assert _as_php_reads(line.removeprefix('DB_PASSWORD="').removesuffix('"')) == ODD


def _as_php_reads(quoted: str) -> str:
    r"""phpdotenv: within double quotes a backslash takes the meaning from `"`, `\\` and `$`."""
    text, taken = "", iter(quoted)
    for letter in taken:
        text += next(taken) if letter == "\\" else letter
        assert letter not in {'"', "$"}
    return text


def test_a_new_machine_starts_nothing_by_itself(blueprints: Mapping[str, Blueprint]) -> None:
    """No service before it has its files, no PostgreSQL cluster of Debian's own, and no unit after a restart."""
    said = _user_data(blueprints["pg1"])
    files = {file["path"]: file for file in said["write_files"]}
    assert files["/usr/sbin/policy-rc.d"]["content"] == "#!/bin/sh\nexit 101\n"
    assert files["/usr/sbin/policy-rc.d"]["permissions"] == "0755"
    guard = "/etc/postgresql-common/createcluster.d/pgbaton.conf"
    assert files[guard]["content"].endswith("\ncreate_main_cluster = false\n")
    assert said["packages"] == list(blueprints["pg1"].packages)
    assert ["systemctl", "disable", "patroni.service"] in said["runcmd"]
    assert said["runcmd"][-1] == ["rm", "-f", "/usr/sbin/policy-rc.d"]
    assert not any("ssh.service" in words for words in said["runcmd"])


def test_a_new_machine_is_known_before_the_first_contact(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """Its name, its one host key from the keyring, and push's key for who push logs in as."""
    said = _user_data(blueprints["e1"])
    key = ground.keyring.host_key("e1")
    assert said["hostname"] == "e1"
    assert said["ssh_keys"]["ed25519_private"] == key.private
    assert said["ssh_genkeytypes"] == ["ed25519"]
    assert said["ssh_deletekeys"] is True
    assert said["users"] == [
        {"name": "root", "ssh_authorized_keys": [ground.keyring.ssh("push").public]}
    ]


def test_who_is_not_root_becomes_it_without_a_password(ground: Ground) -> None:
    """`deploy.user`: an account with push's key and sudo, and none for root."""
    deploy = ground.inventory.deploy.model_copy(update={"user": "ops"})
    inventory: Inventory = ground.inventory.model_copy(update={"deploy": deploy})
    said = _user_data(render(inventory, ground.keyring)["e1"])
    assert said["disable_root"] is True
    assert said["users"][0]["name"] == "ops"
    assert said["users"][0]["sudo"] == "ALL=(ALL) NOPASSWD:ALL"


def _user_data(blueprint: Blueprint):  # type: ignore[no-untyped-def]  # noqa: ANN202 - whatever YAML holds
    text = blueprint.fragments["cloud-init.yml"].text
    assert text.startswith("#cloud-config\n")
    return json.loads(json.dumps(YAML(typ="safe").load(text)))


@pytest.mark.parametrize(("machine", "there"), [("pg1", True), ("e1", False)])
def test_the_hook_is_on_database_nodes_alone(
    blueprints: Mapping[str, Blueprint], machine: str, *, there: bool
) -> None:
    """The script that `pgbaton script hook` prints, and nothing else calls it."""
    texts = [f.text for f in blueprints[machine].files if f.path == "/usr/local/bin/pgbaton-hook"]
    assert texts == ([hook_script()] if there else [])
