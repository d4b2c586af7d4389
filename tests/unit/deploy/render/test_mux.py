"""The mux's file comes from the inventory, and what cannot work is refused with what would lift it."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.render import (
    CannotRender,
    MuxGround,
    PatroniGround,
    PatroniSecrets,
    mux_cfg,
    patroni_yml,
)
from jobs.inventory import Inventory

CLUSTER: dict[str, Any] = {
    "etcd": "main",
    "scope": "shop",
    "machines": {"pg1": "10.0.0.11", "pg2": "2001:db8::12"},
    "postgresql_port": 5433,
    "mux": {},
}


def inventory(**changes: Any) -> Inventory:
    return Inventory.model_validate(
        {
            "redis": {"url": "redis://127.0.0.1:6379"},
            "etcd": {"main": {"endpoints": ["http://127.0.0.1:2379"]}},
            "clusters": {"shop": CLUSTER | changes},
        }
    )


def lines(member: str = "pg1", *, ground: MuxGround | None = None, **changes: Any) -> list[str]:
    text = mux_cfg(inventory(**changes), "shop", member, ground or MuxGround())
    return [line.strip() for line in text.splitlines()]


def server(rendered: list[str]) -> dict[str, list[str]]:
    """Words of each backend's server line, by its backend."""
    found, section = {}, ""
    for line in rendered:
        words = line.split()
        if words[:1] == ["backend"]:
            section = words[1]
        if words[:1] == ["server"]:
            found[section] = words
    return found


def test_the_member_is_reached_at_its_own_address() -> None:
    """PostgreSQL and Patroni at their own ports, IPv6 in brackets."""
    one, two = server(lines("pg1")), server(lines("pg2", rest_port=8009))
    assert one["postgresql"][1:3] == ["pg1", "10.0.0.11:5433"]
    assert one["patroni"][1:3] == ["pg1", "10.0.0.11:8008"]
    assert two["postgresql"][1:3] == ["pg2", "[2001:db8::12]:5433"]
    assert two["postgresql"][3:6] == ["check", "port", "8009"]


def test_the_inventory_s_pace_is_the_check_s() -> None:
    """Interval in milliseconds, fall and rise, and sessions end when the check fails."""
    words = server(lines(mux={"check_interval": 0.25, "fall": 3, "rise": 2}))["postgresql"][6:]
    assert " ".join(words) == "inter 250ms fall 3 rise 2 on-marked-down shutdown-sessions"


def test_the_mux_listens_everywhere_at_its_own_port() -> None:
    """IPv4 and IPv6, unless the ground says otherwise."""
    usual = [line for line in lines(mux={"port": 6432}) if line.startswith("bind")]
    assert usual == ["bind 0.0.0.0:6432", "bind [::]:6432 v6only"]
    here = [line for line in lines(ground=MuxGround(listen=("::1",))) if line.startswith("bind")]
    assert here == ["bind [::1]:5432"]


def test_there_is_room_for_all_that_postgresql_takes() -> None:
    """maxconn follows max_connections, so that PostgreSQL refuses and not the mux."""
    assert "maxconn 2100" in lines()
    assert "maxconn 2500" in lines(parameters={"max_connections": "500"})


def test_named_networks_and_nodebalancers_may_come() -> None:
    """Without names nobody is kept away."""
    named = lines(ground=MuxGround(networks=("10.0.0.0/8", "2001:db8::/64")))
    rule = "tcp-request connection reject unless { src 10.0.0.0/8 2001:db8::/64 192.168.255.0/24 }"
    assert rule in named
    assert not any("src" in line for line in lines())


def test_patroni_s_tls_is_spoken() -> None:
    """With the cluster's own CA, or the one on the node; the path is one word whatever is in it."""
    usual = server(lines(rest={"ca": "/etc/ca.pem"}))
    assert " ".join(usual["patroni"]).endswith("ssl verify required ca-file /etc/ca.pem maxconn 16")
    assert " ".join(usual["postgresql"]).count("check-ssl verify required ca-file /etc/ca.pem") == 1
    ground = MuxGround(rest_ca="/node/it's a ca.pem", rest_cert="/node/both.pem")
    own = lines(rest={"ca": "/etc/ca.pem"}, ground=ground)
    shown = """ca-file '/node/it'"'"'s a ca.pem' crt /node/both.pem"""
    assert sum(shown in line for line in own) == 2
    assert "ssl" not in " ".join(server(lines())["postgresql"])


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"mux": None}, r"add \[clusters\.shop\.mux\]"),
        ({"machines": {}}, r"add pg1 with its address to \[clusters\.shop\.machines\]"),
        ({"machines": {"pg1": "10.0.0.1 5433"}}, r"machines\] '10\.0\.0\.1 5433' is no address"),
        ({"postgresql_port": 5432}, "postgresql_port = 5433"),
        ({"mux": {"port": 8008}}, "rest_port"),
        ({"parameters": {"max_connections": "many"}}, "max_connections = 'many' is no number"),
    ],
)
def test_what_cannot_work_is_refused(changes: dict[str, Any], remedy: str) -> None:
    """The message says what to write, and where."""
    with pytest.raises(CannotRender, match=remedy):
        lines(**changes)


@pytest.mark.parametrize("network", ["10.0.0.1/8", "web1", ""])
def test_a_network_that_is_none_is_refused(network: str) -> None:
    """It would keep everybody away, or nobody."""
    with pytest.raises(CannotRender, match=r"10\.0\.0\.0/24"):
        lines(ground=MuxGround(networks=(network,)))


def patroni(**changes: Any) -> Any:
    secrets = PatroniSecrets(superuser="a", replication="b", rewind="c", rest="d")
    ground = PatroniGround(networks=("10.0.0.0/8",), hook=None)
    text = patroni_yml(inventory(**changes), "shop", "pg1", secrets=secrets, ground=ground)
    return YAML(typ="safe").load(text)


def test_patroni_publishes_postgresql_s_own_port() -> None:
    """Whoever goes to the leader by its record goes past the mux: no proxy_url stands there."""
    told = patroni()["postgresql"]
    assert told["listen"] == "0.0.0.0:5433"
    assert told["connect_address"] == "10.0.0.11:5433"
    assert "proxy_address" not in told


def test_postgresql_lets_the_mux_in() -> None:
    """Behind a mux every client has the node's own address; without one nothing more is allowed."""
    rule = "host all all samehost scram-sha-256"
    assert rule in patroni()["postgresql"]["pg_hba"]
    assert rule in patroni()["bootstrap"]["pg_hba"]
    assert rule not in patroni(mux=None)["postgresql"]["pg_hba"]
