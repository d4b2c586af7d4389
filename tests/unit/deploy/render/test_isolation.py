"""Database machines where a stale primary is stopped: one key, one command, and nothing where it is off."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deploy.blueprint import Blueprint
from deploy.isolate import authorized_key, isolate_script
from deploy.render import CannotRender
from deploy.render import blueprints as render
from deploy.render.isolate import IsolateGround, isolate_conf
from jobs.inventory import Isolation
from tests.ground import Ground


def texts(blueprint: Blueprint) -> Mapping[str, str]:
    return {file.path: file.text for file in blueprint.files}


def test_the_workers_key_runs_one_command_as_postgresqls_owner(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """In a file of root's; no account there but this one lets the workers in."""
    there = texts(blueprints["pg1"])
    public = ground.keyring.ssh("worker").public
    line = there["/etc/ssh/authorized_keys.d/postgres"]
    assert line == authorized_key(public)
    assert line.startswith(
        'restrict,command="/usr/local/bin/pgbaton-isolate /etc/pgbaton/isolate.conf" '
    )
    assert public not in there["/etc/ssh/authorized_keys.d/root"]
    assert there["/usr/local/bin/pgbaton-isolate"] == isolate_script()
    assert (
        "d /var/lib/pgbaton-isolate 0700 postgres postgres\n"
        in there["/etc/tmpfiles.d/pgbaton.conf"]
    )


def test_its_configuration_names_what_is_patronis_own(blueprints: Mapping[str, Blueprint]) -> None:
    """The data directory of patroni.yml, and the certificates with which Patroni can be asked."""
    there = texts(blueprints["pg1"])
    lines = there["/etc/pgbaton/isolate.conf"].splitlines()[1:]
    conf = dict(line.split("=", 1) for line in lines)
    assert conf["cluster"] == "shop"
    assert f'data_dir: "{conf["data"]}"' in there["/etc/patroni/config.yml"]
    assert f'bin_dir: "{conf["bin"]}"' in there["/etc/patroni/config.yml"]
    assert conf["rest"] == "https://127.77.1.11:8008/leader"
    assert conf["cacert"] in there
    assert conf["cert"] in there


@pytest.mark.parametrize("policy", ["off", "reject"])
def test_without_stop_nothing_of_it_is_there(ground: Ground, policy: str) -> None:
    """No script, no key, no folder."""
    shop = ground.inventory.clusters["shop"]
    cluster = shop.model_copy(update={"isolation": Isolation.model_validate({"policy": policy})})
    inventory = ground.inventory.model_copy(update={"clusters": {"shop": cluster}})
    for path, text in texts(render(inventory, ground.keyring)["pg1"]).items():
        assert "isolate" not in path
        assert "isolate" not in text
        assert path != "/etc/ssh/authorized_keys.d/postgres"


def test_its_port_is_open(ground: Ground) -> None:
    """Where the machines' sshd listens elsewhere, the firewall lets workers in there."""
    shop = ground.inventory.clusters["shop"]
    isolation = Isolation(policy="stop", port=2222)
    inventory = ground.inventory.model_copy(
        update={"clusters": {"shop": shop.model_copy(update={"isolation": isolation})}}
    )
    assert "2222" in texts(render(inventory, ground.keyring)["pg1"])["/etc/nftables.conf"]
    assert "2222" not in texts(ground.rendered()["pg1"])["/etc/nftables.conf"]


def test_who_is_no_member_has_no_configuration(ground: Ground) -> None:
    with pytest.raises(CannotRender, match="add pg9"):
        isolate_conf(
            ground.inventory, "shop", "pg9", ground=IsolateGround(data_dir="/d", bin_dir="/b")
        )
