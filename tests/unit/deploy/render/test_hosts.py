"""Application hosts: what the workers' key opens there, in hardened mode and in plain."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.blueprint import Blueprint
from deploy.remote import hardened_script
from deploy.render import blueprints as render
from tests.ground import Ground


def _text(blueprint: Blueprint, path: str) -> str | None:
    return next((f.text for f in blueprint.files if f.path == path), None)


def test_a_hardened_host_runs_one_script(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """The key forces it, sudo permits nothing else, and its list names what the inventory says."""
    web1, public = blueprints["web1"], ground.keyring.ssh("worker").public
    line = f'restrict,command="sudo -n /usr/local/sbin/pgbaton-remote" {public}\n'
    assert _text(web1, "/etc/ssh/authorized_keys.d/deploy") == line
    assert _text(web1, "/usr/local/sbin/pgbaton-remote") == hardened_script()
    listed = _text(web1, "/etc/pgbaton/remote.list") or ""
    assert "file /var/www/store/.env dotenv\n" in listed
    assert "key DB_HOST 127.77.1.11 127.77.1.12\n" in listed
    assert "NOPASSWD: ALL" not in (_text(web1, "/etc/sudoers.d/pgbaton") or "")


def test_a_plain_host_has_an_account_that_becomes_root(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """Its key opens a shell without tunnels; script and list are sent over the connection, and lie nowhere."""
    web2, public = blueprints["web2"], ground.keyring.ssh("worker").public
    assert _text(web2, "/etc/ssh/authorized_keys.d/deploy") == f"restrict {public}\n"
    assert "deploy ALL=(ALL:ALL) NOPASSWD: ALL" in (_text(web2, "/etc/sudoers.d/pgbaton") or "")
    assert _text(web2, "/etc/pgbaton/remote.list") is None


def test_root_needs_neither_account_nor_sudo(ground: Ground) -> None:
    """Where workers log in as root, and push does too: both keys in one file, and nobody is locked in."""
    host = ground.inventory.hosts["web2"].model_copy(update={"user": "root"})
    inventory = ground.inventory.model_copy(
        update={"hosts": {**ground.inventory.hosts, "web2": host}}
    )
    web2 = render(inventory, ground.keyring)["web2"]
    assert _text(web2, "/etc/sudoers.d/pgbaton") is None
    assert _text(web2, "/etc/sysusers.d/pgbaton.conf") is None
    keys = [ground.keyring.ssh(name).public for name in ("push", "worker")]
    assert _text(web2, "/etc/ssh/authorized_keys.d/root") == f"{keys[0]}\nrestrict {keys[1]}\n"
    assert "Match User" not in (_text(web2, "/etc/ssh/sshd_config.d/10-pgbaton.conf") or "")


def test_push_s_key_is_on_every_machine(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """For who push logs in as, in a file of root's."""
    for blueprint in blueprints.values():
        text = _text(blueprint, "/etc/ssh/authorized_keys.d/root")
        assert text == f"{ground.keyring.ssh('push').public}\n"
