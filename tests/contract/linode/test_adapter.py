"""What the adapters ask of Linode's API: how often, and with which words."""

from dataclasses import replace

import pytest

from deploy.lab.linode.account.seed import sow
from jobs.balancer.change import CreateBalancer, CreateConfig, CreateNode, MoveNode, SetMode
from jobs.balancer.found import FoundConfig
from jobs.balancer.wanted import Settings
from jobs.inventory import Address
from tests.contract.linode.api_server import page, serving
from tests.contract.linode.building import PG1, WANT, api_of, apply, build, sent
from tests.contract.linode.double import Double
from tests.contract.linode.questions import (
    CHECK,
    CONFIG,
    CREATE,
    TABLE,
    TOKEN,
    refused,
)
from workers.linode import Api, LinodeBalancers, LinodeEventFeed

NODE_ROW = {"id": 3, "label": "pg1-shop", "mode": "accept", "status": "UP", "weight": 50}


def test_a_balancer_is_created_as_wanted(double: Double) -> None:
    """Region, type, tags, no throttle (pools open many connections at once), and what was asked for."""
    build(double)
    assert sent(double, "POST")[0] == {
        "region": "us-ord",
        "label": "shop-front",
        "type": "common",
        "tags": ["pgbaton", "shop"],
        "client_conn_throttle": 0,
    }


def test_a_firewall_and_a_vpc_come_with_it(double: Double) -> None:
    """A NodeBalancer without its firewall would be open meanwhile; nodes in a VPC name their subnet."""
    sow(double.world, {"firewalls": [{"label": "wall", "rules": {}}]})
    (wall,) = double.world.firewalls
    want = replace(WANT, firewall_id=wall["id"], subnet_id=7)
    balancer, config = build(double, want)
    node = replace(PG1, address=Address(host="10.0.0.11"), subnet_id=7)
    apply(double, CreateNode(balancer=balancer, config=config, node=node, mode="reject"))
    first, _, last = sent(double, "POST")
    assert (first["firewall_id"], first["vpcs"]) == (wall["id"], [{"subnet_id": 7}])
    assert last == {
        "label": "pg1-shop",
        "address": "10.0.0.11:5432",
        "mode": "reject",
        "subnet_id": 7,
    }
    moved = replace(node, address=Address(host="10.0.0.12"))
    (row,) = double.world.nodes
    apply(double, MoveNode(balancer=balancer, config=config, id=row["id"], node=moved))
    assert sent(double, "PUT") == [
        {"label": "pg1-shop", "address": "10.0.0.12:5432", "subnet_id": 7}
    ]


def test_a_mode_is_set_alone(double: Double) -> None:
    """Weight, label and address are whoever's they are."""
    balancer, config = build(double)
    apply(double, CreateNode(balancer=balancer, config=config, node=PG1, mode="accept"))
    (row,) = double.world.nodes
    change = SetMode(balancer=balancer, config=config, id=row["id"], label="", mode="reject")
    apply(double, change)
    assert sent(double, "PUT") == [{"mode": "reject"}]


@pytest.mark.parametrize("named", ["check_interval", "check_timeout", "algorithm"])
def test_interval_and_timeout_go_together(double: Double, named: str) -> None:
    """Whatever drifted, Linode is told both: its own defaults contradict each other."""
    balancer, config = build(double)
    value: Settings = {"check_interval": 9, "check_timeout": 4, "algorithm": "leastconn"}
    settings = {named: value[named]}
    change = replace(CHECK, balancer=balancer, config=config, settings=settings)
    apply(double, change)
    kept = {"check_interval": 5, "check_timeout": 2}
    assert sent(double, "PUT") == [{**kept, **settings}]


def test_ipv6_backends_are_one_address_however_written() -> None:
    """Linode may write out what the inventory shortens."""
    node = replace(PG1, address=Address(host="2001:db8::11"))
    there = page({**NODE_ROW, "address": "[2001:0DB8:0:0::0011]:5432"})
    with serving(there) as served:
        balancers = LinodeBalancers(Api(served.url, token=TOKEN))
        (found,) = balancers.nodes(1, CONFIG, timeout=5)
        assert found.address == node.address
        balancers.apply(replace(CREATE, node=node), timeout=5)
        assert not any(line.startswith("POST") for line in served.asked)


def test_an_ipv6_node_is_named_in_brackets(double: Double) -> None:
    """Or its last group would be its port."""
    balancer, config = build(double)
    node = replace(PG1, address=Address(host="2001:db8::11"))
    apply(double, CreateNode(balancer=balancer, config=config, node=node, mode="accept"))
    assert sent(double, "POST")[-1]["address"] == "[2001:db8::11]:5432"


@pytest.mark.parametrize("odd", ["192.168.1.11", "pg1:5432", "192.168.1.11:", "2001:db8::11:80"])
def test_an_address_that_is_none_is_said(odd: str) -> None:
    """Guessing a port would make a stranger of a member."""
    with serving(page({**NODE_ROW, "address": odd})) as served:
        told = refused(Api(served.url, token=TOKEN), "nodes")
        assert told.reason == "Linode's answer lacks address, or has it in another form (node)"


def test_a_udp_port_of_the_same_number_is_another(double: Double) -> None:
    """Linode allows both on one NodeBalancer; ours is the one that carries TCP."""
    apply(double, CreateBalancer(wanted=WANT))
    (balancer,) = double.world.balancers
    double.client().post(
        f"/nodebalancers/{balancer['id']}/configs",
        data={"port": 5432, "protocol": "udp", "check_passive": False},
    )
    create = CreateConfig(balancer=balancer["id"], port=5432, settings=WANT.settings)
    apply(double, create)
    found = LinodeBalancers(api_of(double)).read(TABLE, timeout=5)
    assert found is not None
    assert [c.settings["protocol"] for c in found.configs] == ["udp", "tcp"]
    config = found.config(5432)
    assert config is not None
    assert config.settings["protocol"] == "tcp"


def test_a_filter_that_is_ignored_finds_nothing_else() -> None:
    """A proxy that drops headers must not make us mend somebody else's NodeBalancer."""
    row = {"id": 1, "region": "us-ord", "client_conn_throttle": 0}
    others = page({**row, "label": "shop-front-2"}, {**row, "id": 2, "label": "Shop-Front"})
    with serving(others) as served:
        assert LinodeBalancers(Api(served.url, token=TOKEN)).read(TABLE, timeout=5) is None
        assert 'X-Filter: {"label": "shop-front"}' in served.heads[0]


def test_every_page_is_read(double: Double) -> None:
    """A NodeBalancer may have more nodes than a page holds; the last one counts as the first."""
    balancer, config = build(double)
    with double.world.lock:
        for number in range(501):
            double.world.nodes.add(
                label=f"n{number:03}",
                address=f"192.168.{number // 250}.{number % 250}:5432",
                mode="accept",
                weight=50,
                config_id=config,
                nodebalancer_id=balancer,
                vpc_config_id=None,
            )
    nodes = LinodeBalancers(api_of(double)).nodes(
        balancer, FoundConfig(id=config, port=5432), timeout=5
    )
    assert [n.label for n in nodes] == [f"n{number:03}" for number in range(501)]


def test_looking_costs_few_requests(double: Double) -> None:
    """Three for all of a NodeBalancer, one for its nodes, one for the account's events."""
    build(double)
    balancers = LinodeBalancers(api_of(double))
    counts = []
    for ask in (
        lambda: balancers.read(TABLE, timeout=5),
        lambda: balancers.nodes(*_ids(double), timeout=5),
        lambda: LinodeEventFeed(api_of(double)).since("2026-01-01T00:00:00", timeout=5),
    ):
        before = len(double.asked)
        ask()
        counts.append(len(double.asked) - before)
    assert counts == [3, 1, 1]


def _ids(double: Double) -> tuple[int, FoundConfig]:
    (row,) = double.world.configs
    return row["nodebalancer_id"], FoundConfig(id=row["id"], port=5432)
