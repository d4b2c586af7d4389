"""What the adapters ask of Linode's API: how often, with which words, and never twice for one thing."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from deploy.lab.linode.account.seed import sow
from jobs.balancer.change import Change, CreateBalancer, CreateConfig, CreateNode, MoveNode, SetMode
from jobs.balancer.found import FoundConfig
from jobs.balancer.wanted import Settings, WantedBalancer, WantedNode, settings_of
from jobs.inventory import Address
from jobs.ports import LinodeUnavailable
from tests.contract.linode.api_server import drop, errors, page, serving
from tests.contract.linode.double import Double
from tests.contract.linode.questions import (
    CHECK,
    CONFIG,
    CREATE,
    QUESTIONS,
    RECORD,
    TABLE,
    TOKEN,
    refused,
)
from workers.linode import Api, LinodeBalancers, LinodeEventFeed, LinodeRecords

PG1 = WantedNode(member="pg1", label="pg1-shop", address=Address(host="192.168.1.11"))
WANT = WantedBalancer(
    id="front",
    label="shop-front",
    region="us-ord",
    type="common",
    port=5432,
    settings=settings_of(TABLE),
    nodes=(PG1,),
    tags=("pgbaton", "shop"),
)
NODE_ROW = {"id": 3, "label": "pg1-shop", "mode": "accept", "status": "UP", "weight": 50}


def _api(double: Double) -> Api:
    return Api(double.url, token=double.token)


def _apply(double: Double, change: Change) -> None:
    LinodeBalancers(_api(double)).apply(change, timeout=5)


def _build(double: Double, want: WantedBalancer = WANT) -> tuple[int, int]:
    """A balancer with its configuration, and no nodes; the ids."""
    _apply(double, CreateBalancer(wanted=want))
    (balancer,) = double.world.balancers
    create = CreateConfig(balancer=balancer["id"], port=want.port, settings=want.settings)
    _apply(double, create)
    (config,) = double.world.configs
    return balancer["id"], config["id"]


def _sent(double: Double, method: str) -> list[Mapping[str, Any]]:
    """The bodies of all requests of a kind that were carried out."""
    return [json.loads(one.body) for one in double.exchanges if one.method == method]


def _creations(double: Double) -> Mapping[str, Change]:
    balancer, config = _build(double)
    return {
        "balancer": CreateBalancer(wanted=replace(WANT, label="shop-other")),
        "configuration": CreateConfig(balancer=balancer, port=5433, settings=WANT.settings),
        "node": CreateNode(balancer=balancer, config=config, node=PG1, mode="accept"),
    }


@pytest.mark.parametrize("kind", ["balancer", "configuration", "node"])
def test_a_lost_reply_does_not_double_what_was_made(double: Double, kind: str) -> None:
    """The POST was carried out and its connection dropped: it is found, and that is success."""
    change = _creations(double)[kind]
    before = len(_sent(double, "POST"))
    double.hurt(lost_replies=1)
    _apply(double, change)
    _apply(double, change)
    assert len(_sent(double, "POST")) == before + 1
    assert [one.fault for one in double.asked if one.fault] == ["reply lost"]


def test_a_lost_reply_does_not_double_a_record(double: Double) -> None:
    """Two address records would send half the clients to the old leader."""
    sow(double.world, {"domains": [{"domain": "example.org", "type": "slave"}]})
    (domain,) = double.world.domains
    double.hurt(lost_replies=1)
    for _ in range(2):
        change = replace(RECORD, domain=domain["id"])
        LinodeRecords(_api(double)).apply(change, timeout=5)
    assert [row["target"] for row in double.world.records] == ["10.0.0.1"]


@pytest.mark.parametrize("broken", ["html", "empty", "no-id", "cut"])
def test_an_unreadable_reply_does_not_double_what_was_made(double: Double, broken: str) -> None:
    """Whatever answers the POST, what stands there afterwards counts."""
    change = _creations(double)["node"]
    double.hurt(broken=broken, only="^POST")
    with_error = _outcome(double, change)
    double.heal()
    _apply(double, change)
    made = [row["label"] for row in double.world.nodes]
    assert (made, with_error) == (["pg1-shop"], broken in {"html", "empty"})


def _outcome(double: Double, change: Change) -> bool:
    """Whether it was refused."""
    try:
        _apply(double, change)
    except LinodeUnavailable:
        return True
    return False


def test_a_post_that_was_not_carried_out_is_a_failure() -> None:
    """Dropped, and nothing there afterwards: said, not repeated."""
    with serving(page(), drop, page()) as served:
        told = refused(Api(served.url, token=TOKEN), "create a node")
        assert told.reason.endswith("breaks the connection off")
        assert [line.split()[0] for line in served.asked] == ["GET", "POST", "GET"]


def test_a_post_whose_fate_nobody_knows_is_the_first_failure() -> None:
    """Where looking it up fails too, what people read is why the POST did."""
    with serving(page(), errors(500, "Oh no"), drop) as served:
        told = refused(Api(served.url, token=TOKEN), "create a node")
        assert (told.status, told.reason) == (500, f"{served.place} answers 500: Oh no")


def test_who_was_faster_is_no_failure() -> None:
    """Another worker made it between our look and our POST: it is there, and that was wanted."""
    there = page({**NODE_ROW, "address": "192.168.1.11:5432"})
    taken = errors(400, "Address must be unique among this config's nodes")
    with serving(page(), taken, there) as served:
        QUESTIONS["create a node"](Api(served.url, token=TOKEN), 5)
        assert len(served.asked) == 3


def test_a_refused_post_is_not_looked_up() -> None:
    """After a 401 nothing was made, and there is nothing to look up."""
    with serving(page(), errors(401, "Invalid Token")) as served:
        refused(Api(served.url, token=TOKEN), "create a node")
        assert len(served.asked) == 2


def test_a_balancer_is_created_as_wanted(double: Double) -> None:
    """Region, type, tags, no throttle (pools open many connections at once), and what was asked for."""
    _build(double)
    assert _sent(double, "POST")[0] == {
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
    balancer, config = _build(double, want)
    node = replace(PG1, address=Address(host="10.0.0.11"), subnet_id=7)
    _apply(double, CreateNode(balancer=balancer, config=config, node=node, mode="reject"))
    first, _, last = _sent(double, "POST")
    assert (first["firewall_id"], first["vpcs"]) == (wall["id"], [{"subnet_id": 7}])
    assert last == {
        "label": "pg1-shop",
        "address": "10.0.0.11:5432",
        "mode": "reject",
        "subnet_id": 7,
    }
    moved = replace(node, address=Address(host="10.0.0.12"))
    (row,) = double.world.nodes
    _apply(double, MoveNode(balancer=balancer, config=config, id=row["id"], node=moved))
    assert _sent(double, "PUT") == [
        {"label": "pg1-shop", "address": "10.0.0.12:5432", "subnet_id": 7}
    ]


def test_a_mode_is_set_alone(double: Double) -> None:
    """Weight, label and address are whoever's they are."""
    balancer, config = _build(double)
    _apply(double, CreateNode(balancer=balancer, config=config, node=PG1, mode="accept"))
    (row,) = double.world.nodes
    change = SetMode(balancer=balancer, config=config, id=row["id"], label="", mode="reject")
    _apply(double, change)
    assert _sent(double, "PUT") == [{"mode": "reject"}]


@pytest.mark.parametrize("named", ["check_interval", "check_timeout", "algorithm"])
def test_interval_and_timeout_go_together(double: Double, named: str) -> None:
    """Whatever drifted, Linode is told both: its own defaults contradict each other."""
    balancer, config = _build(double)
    value: Settings = {"check_interval": 9, "check_timeout": 4, "algorithm": "leastconn"}
    settings = {named: value[named]}
    change = replace(CHECK, balancer=balancer, config=config, settings=settings)
    _apply(double, change)
    kept = {"check_interval": 5, "check_timeout": 2}
    assert _sent(double, "PUT") == [{**kept, **settings}]


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
    balancer, config = _build(double)
    node = replace(PG1, address=Address(host="2001:db8::11"))
    _apply(double, CreateNode(balancer=balancer, config=config, node=node, mode="accept"))
    assert _sent(double, "POST")[-1]["address"] == "[2001:db8::11]:5432"


@pytest.mark.parametrize("odd", ["192.168.1.11", "pg1:5432", "192.168.1.11:", "2001:db8::11:80"])
def test_an_address_that_is_none_is_said(odd: str) -> None:
    """Guessing a port would make a stranger of a member."""
    with serving(page({**NODE_ROW, "address": odd})) as served:
        told = refused(Api(served.url, token=TOKEN), "nodes")
        assert told.reason == "Linode's answer lacks address, or has it in another form (node)"


def test_a_udp_port_of_the_same_number_is_another(double: Double) -> None:
    """Linode allows both on one NodeBalancer; ours is the one that carries TCP."""
    _apply(double, CreateBalancer(wanted=WANT))
    (balancer,) = double.world.balancers
    double.client().post(
        f"/nodebalancers/{balancer['id']}/configs",
        data={"port": 5432, "protocol": "udp", "check_passive": False},
    )
    create = CreateConfig(balancer=balancer["id"], port=5432, settings=WANT.settings)
    _apply(double, create)
    found = LinodeBalancers(_api(double)).read(TABLE, timeout=5)
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
    balancer, config = _build(double)
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
    nodes = LinodeBalancers(_api(double)).nodes(
        balancer, FoundConfig(id=config, port=5432), timeout=5
    )
    assert [n.label for n in nodes] == [f"n{number:03}" for number in range(501)]


def test_looking_costs_few_requests(double: Double) -> None:
    """Three for all of a NodeBalancer, one for its nodes, one for the account's events."""
    _build(double)
    balancers = LinodeBalancers(_api(double))
    counts = []
    for ask in (
        lambda: balancers.read(TABLE, timeout=5),
        lambda: balancers.nodes(*_ids(double), timeout=5),
        lambda: LinodeEventFeed(_api(double)).since("2026-01-01T00:00:00", timeout=5),
    ):
        before = len(double.asked)
        ask()
        counts.append(len(double.asked) - before)
    assert counts == [3, 1, 1]


def _ids(double: Double) -> tuple[int, FoundConfig]:
    (row,) = double.world.configs
    return row["nodebalancer_id"], FoundConfig(id=row["id"], port=5432)
