"""Who may reach which port of which machine, read back from the rules as nftables would apply them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from deploy.render import blueprints as render
from deploy.render.machine.firewall import _merged
from tests.ground import INVENTORY, Ground, pretended

ETCD, NODE, REDIS, CONTROL, HOST = "10.0.0.1", "10.0.0.11", "10.0.0.21", "10.0.0.31", "10.0.0.41"
NEIGHBOUR, OPERATOR, CLIENT, BALANCER = "10.0.0.99", "198.51.100.7", "192.0.2.7", "192.168.255.7"
STRANGER = "203.0.113.99"
EVERYBODY = {ETCD, NODE, REDIS, CONTROL, HOST, NEIGHBOUR, OPERATOR, CLIENT, BALANCER, STRANGER}
INSIDE = {ETCD, NODE, REDIS, CONTROL, HOST, NEIGHBOUR}
RULE = re.compile(
    r"^ +(?:ip saddr \{ (?P<from>[^}]+) \} )?tcp dport \{ (?P<ports>[^}]+) \} (?P<do>\w+)$",
    re.MULTILINE,
)


AT_LINODE = INVENTORY.replace("127.77.1.", "10.0.0.").replace("127.0.0.0/8", "10.0.0.0/24")
"""The same site in a network as Linode has it."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    ground = pretended(tmp_path_factory.mktemp("firewall") / "keys", AT_LINODE)
    return {name: _rules(one) for name, one in ground.rendered().items()}


def _rules(blueprint: Blueprint) -> str:
    return next(f.text for f in blueprint.files if f.path == "/etc/nftables.conf")


def _let_in(rules: str, port: int) -> set[str]:
    return {source for source in EVERYBODY if _verdict(rules, source, port) == "accept"}


def _verdict(rules: str, source: str, port: int) -> str:
    """The first rule that fits, else the policy."""
    for rule in RULE.finditer(rules):
        nets = rule["from"].split(", ") if rule["from"] else ["0.0.0.0/0"]
        here = any(ip_address(source) in ip_network(net) for net in nets)
        if here and str(port) in rule["ports"].split(", "):
            return rule["do"]
    return "drop" if "policy drop" in rules.split("chain outbound", maxsplit=1)[0] else "accept"


@pytest.mark.parametrize(
    ("machine", "port", "who"),
    [
        ("e1", 2379, {ETCD, NODE, CONTROL}),
        ("e1", 2380, {ETCD}),
        ("e1", 22, {*INSIDE, OPERATOR}),
        ("e1", 5432, set()),
        ("pg1", 8008, {NODE, CONTROL}),
        ("pg1", 5433, {*INSIDE, CLIENT}),
        ("pg1", 5432, {*INSIDE, CLIENT, BALANCER}),
        ("pg1", 2379, set()),
        ("redis", 6379, {CONTROL}),
        ("redis", 22, {*INSIDE, OPERATOR}),
        ("control", 8000, {*INSIDE, OPERATOR}),
        ("control", 8001, set()),
        ("control", 9187, set()),
        ("web1", 22, {*INSIDE, OPERATOR}),
        ("web1", 443, EVERYBODY),
    ],
)
def test_a_port_is_open_to_whom_it_is_meant_for(
    rules: Mapping[str, str], machine: str, port: int, who: set[str]
) -> None:
    """etcd to its members, to database nodes and to pgbaton; Redis to pgbaton; PostgreSQL to the networks; SSH to
    networks and operators; what an application serves stays as it is."""
    assert _let_in(rules[machine], port) == who


def test_a_machine_elsewhere_may_connect_where_the_operator_keeps_the_rules(tmp_path: Path) -> None:
    """PostgreSQL and the mux have lists of their own, which no network of the inventory puts it on."""
    text = AT_LINODE.replace(CONTROL, "10.9.0.31").replace(
        "[deploy]", '[deploy]\nfirewall = "none"'
    )
    files = pretended(tmp_path / "keys", text).rendered()["pg1"].files
    config = next(f.text for f in files if f.path == "/etc/patroni/config.yml")
    assert "hostssl all all 10.9.0.31/32 scram-sha-256" in config
    mux = next(f.text for f in files if f.path == "/etc/haproxy/haproxy.cfg")
    assert "src 10.0.0.0/24 10.9.0.31/32" in mux


def test_without_a_nodebalancer_nobody_comes_as_one(tmp_path: Path) -> None:
    """Their network is shared by everybody's, so that it is opened only to a cluster that has one."""
    before, _, after = AT_LINODE.partition("[nodebalancers.front]")
    text = before + after[after.index("[hosts.web1]") :]
    ground = pretended(tmp_path / "keys", text)
    assert _verdict(_rules(ground.rendered()["pg1"]), BALANCER, 5432) == "drop"


def test_the_metadata_service_is_root_s(rules: Mapping[str, str]) -> None:
    """On every machine; it would tell an application what its machine was made with."""
    for text in rules.values():
        assert "ip daddr 169.254.169.254 meta skuid != 0 reject" in text


def test_networks_that_hold_each_other_are_one() -> None:
    """nft refuses a set with overlaps."""
    inner, outer = ["10.0.0.7/32", "2001:db8::/64"], ["10.0.0.0/24", "2001:db8::1/128"]
    assert _merged(inner, outer, inner) == ("10.0.0.0/24", "2001:db8::/64")


def test_who_keeps_the_rules_himself_gets_none(ground: Ground) -> None:
    """`firewall = "none"`: neither file nor unit."""
    deploy = ground.inventory.deploy.model_copy(update={"firewall": "none"})
    inventory = ground.inventory.model_copy(update={"deploy": deploy})
    for blueprint in render(inventory, ground.keyring).values():
        assert not any("nftables" in f.path for f in blueprint.files)
        assert not any("nftables" in u.name for u in blueprint.units)
