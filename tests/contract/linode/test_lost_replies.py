"""A POST whose reply is lost, cut or nonsense: what was made by it is found, and not made twice."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from deploy.lab.linode.account.seed import sow
from jobs.balancer.change import Change, CreateBalancer, CreateConfig, CreateNode
from jobs.ports import LinodeUnavailable
from tests.contract.linode.api_server import drop, errors, page, serving
from tests.contract.linode.building import PG1, WANT, api_of, apply, build, sent
from tests.contract.linode.double import Double
from tests.contract.linode.questions import QUESTIONS, RECORD, TOKEN, refused
from workers.linode import Api, LinodeRecords

NODE_ROW = {"id": 3, "label": "pg1-shop", "mode": "accept", "status": "UP", "weight": 50}


def _creations(double: Double) -> Mapping[str, Change]:
    balancer, config = build(double)
    return {
        "balancer": CreateBalancer(wanted=replace(WANT, label="shop-other")),
        "configuration": CreateConfig(balancer=balancer, port=5433, settings=WANT.settings),
        "node": CreateNode(balancer=balancer, config=config, node=PG1, mode="accept"),
    }


@pytest.mark.parametrize("kind", ["balancer", "configuration", "node"])
def test_a_lost_reply_does_not_double_what_was_made(double: Double, kind: str) -> None:
    """The POST was carried out and its connection dropped: it is found, and that is success."""
    change = _creations(double)[kind]
    before = len(sent(double, "POST"))
    double.hurt(lost_replies=1)
    apply(double, change)
    apply(double, change)
    assert len(sent(double, "POST")) == before + 1
    assert [one.fault for one in double.asked if one.fault] == ["reply lost"]


def test_a_lost_reply_does_not_double_a_record(double: Double) -> None:
    """Two address records would send half the clients to the old leader."""
    sow(double.world, {"domains": [{"domain": "example.org", "type": "slave"}]})
    (domain,) = double.world.domains
    double.hurt(lost_replies=1)
    for _ in range(2):
        change = replace(RECORD, domain=domain["id"])
        LinodeRecords(api_of(double)).apply(change, timeout=5)
    assert [row["target"] for row in double.world.records] == ["10.0.0.1"]


@pytest.mark.parametrize("broken", ["html", "empty", "no-id", "cut"])
def test_an_unreadable_reply_does_not_double_what_was_made(double: Double, broken: str) -> None:
    """Whatever answers the POST, what stands there afterwards counts."""
    change = _creations(double)["node"]
    double.hurt(broken=broken, only="^POST")
    with_error = _outcome(double, change)
    double.heal()
    apply(double, change)
    made = [row["label"] for row in double.world.nodes]
    assert (made, with_error) == (["pg1-shop"], broken in {"html", "empty"})


def _outcome(double: Double, change: Change) -> bool:
    """Whether it was refused."""
    try:
        apply(double, change)
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
