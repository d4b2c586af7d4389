"""What each machine holds and runs, and that the same inventory always says the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from deploy.blueprint import Blueprint, RenderedFile
from deploy.keyring import MissingKeyError
from deploy.render import CannotRender
from deploy.render import blueprints as render
from jobs.inventory import Inventory
from tests.ground import Ground


def _file(blueprint: Blueprint, path: str) -> RenderedFile:
    return next(file for file in blueprint.files if file.path == path)


def test_two_runs_are_equal_byte_for_byte(ground: Ground) -> None:
    """Nothing of the moment goes in."""
    assert ground.rendered() == ground.rendered()


def test_another_order_of_tables_changes_nothing(ground: Ground) -> None:
    """Tables turned round in the inventory give the same files, and the same digest."""
    said = ground.inventory.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    turned = Inventory.model_validate(_turned(said))
    assert list(turned.clusters["shop"].machines) == ["pg2", "pg1"]
    assert turned.digest == ground.inventory.digest
    assert render(turned, ground.keyring) == ground.rendered()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(one) for name, one in reversed(value.items())}
    return [_turned(one) for one in value] if isinstance(value, list) else value


def test_the_inventory_on_a_machine_is_the_same(
    ground: Ground, blueprints: Mapping[str, Blueprint]
) -> None:
    """Written anew without comments and defaults it has the same digest: else workers would requeue for ever."""
    text = _file(blueprints["control"], "/etc/pgbaton/inventory.toml").text
    written = Inventory.model_validate(tomllib.loads(text))
    assert written.digest == ground.inventory.digest


def test_every_machine_has_what_its_roles_need(blueprints: Mapping[str, Blueprint]) -> None:
    """Units by machine, in the order in which they start."""
    runs = {name: [unit.name for unit in one.units] for name, one in blueprints.items()}
    ground = ["ssh.service", "nftables.service"]
    node = [*ground, "pgbaton-hook.timer", "patroni.service", "haproxy.service"]
    ours = ("web", "pages", "worker@1", "worker@2", "watch", "probe", "clock", "chronicle")
    assert runs == {
        **{name: [*ground, "etcd.service"] for name in ("e1", "e2", "e3")},
        "pg1": node,
        "pg2": node,
        "redis": [*ground, "redis-server.service"],
        "control": [*ground, *(f"pgbaton-{one}.service" for one in ours)],
        "web1": ground,
        "web2": ground,
    }
    assert [name for name, one in blueprints.items() if one.program] == ["control"]


def test_no_machine_is_told_a_path_twice(blueprints: Mapping[str, Blueprint]) -> None:
    """Two texts for one path would follow each other for ever."""
    for blueprint in blueprints.values():
        paths = [file.path for file in blueprint.files]
        assert len(paths) == len(set(paths))


def test_what_units_need_is_put_before_them(blueprints: Mapping[str, Blueprint]) -> None:
    """Accounts and folders come first, and each certificate before the file that names it."""
    paths = [file.path for file in blueprints["pg1"].files]
    assert paths[0] == "/etc/tmpfiles.d/pgbaton.conf"
    for needed in (
        "/etc/patroni/tls/server.pem",
        "/etc/postgresql/tls/server.pem",
        "/usr/local/bin/pgbaton-hook",
    ):
        assert paths.index(needed) < paths.index("/etc/patroni/config.yml")


TOLD = {
    ("e1", "/etc/etcd/tls/server.pem"): "nobody",
    ("e1", "/etc/etcd/tls/ca.pem"): "etcd restart",
    ("e1", "/etc/etcd/etcd.conf.yml"): "etcd restart",
    ("pg1", "/etc/patroni/config.yml"): "patroni reload",
    ("pg1", "/etc/patroni/tls/server.pem"): "patroni reload",
    ("pg1", "/etc/postgresql/tls/server.pem"): "patroni reload",
    ("pg1", "/etc/systemd/system/patroni.service"): "nobody",
    ("pg1", "/etc/pgbaton/hook.conf"): "nobody",
    ("pg1", "/etc/haproxy/haproxy.cfg"): "haproxy reload",
    ("pg1", "/etc/haproxy/tls/patroni.pem"): "haproxy reload",
    ("redis", "/etc/redis/tls/server.pem"): "redis-server reload",
    ("redis", "/etc/redis/users.acl"): "redis-server restart",
    ("control", "/etc/pgbaton/secrets/sender-key-watch"): "pgbaton-watch restart",
    ("control", "/etc/pgbaton/tls/web.pem"): "pgbaton-web reload",
    (
        "control",
        "/etc/systemd/system/pgbaton-worker@.service",
    ): "pgbaton-worker@1 restart, pgbaton-worker@2 restart",
    ("web1", "/etc/pgbaton/remote.list"): "nobody",
    ("web1", "/etc/ssh/sshd_config.d/10-pgbaton.conf"): "ssh reload",
    ("web1", "/etc/nftables.conf"): "nftables reload",
}


@pytest.mark.parametrize(("machine", "path"), TOLD)
def test_who_must_hear_hears(blueprints: Mapping[str, Blueprint], machine: str, path: str) -> None:
    """A reload where the program reads the file again, a restart where it does not, and never a restart of
    Patroni, which would cost a leader its place."""
    notices = _file(blueprints[machine], path).notices
    told = ", ".join(f"{n.unit.removesuffix('.service')} {n.how}" for n in notices)
    assert (told or "nobody") == TOLD[machine, path]


def test_who_is_asked_for_a_sign_of_life_gives_one(blueprints: Mapping[str, Blueprint]) -> None:
    """The alert rules scrape clock and watch, each at a port of its own."""
    units = [
        _file(blueprints["control"], f"/etc/systemd/system/pgbaton-{process}.service").text
        for process in ("clock", "watch")
    ]
    assert "Environment=PGBATON_CLOCK_METRICS_PORT=9188\n" in units[0]
    assert "Environment=PGBATON_WATCH_METRICS_PORT=9189\n" in units[1]


def test_a_new_ca_is_a_new_path_for_patroni(ground: Ground, tmp_path: Any) -> None:
    """Patroni's REST server takes a CA that was added only from another path; all else keeps its place."""
    before = _file(ground.rendered()["pg1"], "/etc/patroni/config.yml").text
    pem = ground.keyring.folder / "ca.pem"
    was = pem.read_text()
    try:
        pem.write_text(was + "another")
        after = _file(ground.rendered()["pg1"], "/etc/patroni/config.yml").text
    finally:
        pem.write_text(was)
    changed = [x for x, y in zip(before.splitlines(), after.splitlines(), strict=True) if x != y]
    assert [line.split()[0] for line in changed] == ["cafile:"]


def test_parameters_are_the_reference_s_and_each_may_be_another(
    blueprints: Mapping[str, Blueprint],
) -> None:
    """In etcd's part for the first start, and in the member's own, so that a push changes them later; not those that
    all members must share."""
    text = _file(blueprints["pg1"], "/etc/patroni/config.yml").text
    assert text.count('shared_buffers: "64MB"') == 2
    assert text.count('log_statement: "ddl"') == 2
    assert text.count("max_connections: 100") == text.count('wal_level: "replica"') == 1


Changed = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"redis": {"url": "rediss://127.77.1.99:6379/0"}}, "redis.url leads elsewhere"),
        ({"webhook": {"urls": []}}, "add the webhook's addresses"),
        ({"senders": {}}, r"add \[senders.pg1\]"),
        ({"machines": {"redis": {"ssh": "203.0.113.5"}}, "deploy": {"operators": []}}, "would shut it out"),
    ],
    ids=["redis", "webhook", "senders", "firewall"],
)  # fmt: skip
def test_what_is_missing_is_said_with_where_to_write_it(
    ground: Ground, change: Changed, says: str
) -> None:
    """A Redis that is elsewhere, no webhook, nobody who may speak, and rules that would shut push out."""
    said = ground.inventory.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    other = Inventory.model_validate(_changed(said, change))
    with pytest.raises(CannotRender, match=says):
        render(other, ground.keyring)


def _changed(said: Changed, change: Changed) -> Changed:
    merged = {
        name: _changed(said.get(name, {}), new) if isinstance(new, dict) and new else new
        for name, new in change.items()
    }
    return {**said, **merged}


def test_a_missing_key_is_said_with_the_command_that_makes_it(ground: Ground) -> None:
    """And one that only people can bring, with where to put it."""
    folder = ground.keyring.folder / "secrets"
    for name, error, says in (
        ("patroni-shop-rest", MissingKeyError, "pgbaton keys make"),
        ("linode-token", CannotRender, "put one of Linode's into .*/secrets/linode-token"),
        ("slack-token", CannotRender, "nobody may post there: put into .*/secrets/slack-token"),
    ):
        away = (folder / name).rename(folder / f"{name}.away")
        try:
            with pytest.raises(error, match=says):
                ground.rendered()
        finally:
            away.rename(folder / name)
