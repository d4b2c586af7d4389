"""The probe over Linode's API as the double speaks it: what it tells, and what it costs."""

import time
from collections.abc import Callable

import pytest

from deploy.lab.linode.rest.limits import Limits
from tests.contract.linode.double import Double
from tests.contract.linode.lookout import Lookout

Make = Callable[..., Double]


@pytest.fixture
def lookout(make_double: Make) -> Lookout:
    """One NodeBalancer, seen once."""
    lookout = Lookout(make_double)
    assert lookout.poll() == []
    return lookout


def test_what_changes_is_told_once(lookout: Lookout) -> None:
    """A flip, a machine's reboot in both of its statuses, a mode that somebody set by hand."""
    lookout.double.fare("c1a", "DOWN")
    reboot = lookout.happen("host_reboot", "c1a")
    assert lookout.poll() == [
        "NodeBalancer front1: c1a is DOWN (was UP)",
        "Linode: host_reboot of c1a (started)",
    ]
    assert lookout.poll() == []
    reboot["status"] = "finished"
    assert lookout.poll() == ["Linode: host_reboot of c1a (finished)"]
    node = lookout.double.node("c1b")
    path = f"/nodebalancers/{node['nodebalancer_id']}/configs/{node['config_id']}/nodes"
    lookout.double.client().put(f"{path}/{node['id']}", data={"mode": "drain"})
    told = lookout.poll()
    assert "NodeBalancer front1: c1b is DOWN, in mode drain (was accept)" in told
    assert "Linode: nodebalancer_node_update of NodeBalancer front1 (notification)" in told
    assert lookout.poll() == []


def test_a_balancer_that_is_deleted_and_made_anew_is_found(lookout: Lookout) -> None:
    """Its id is another one: the label is looked up after the 404, and again while it is missing."""
    old = lookout.double.node("c1a")["nodebalancer_id"]
    lookout.double.client().delete(f"/nodebalancers/{old}")
    assert "NodeBalancer front1: it is gone at Linode" in lookout.poll()
    balancer = lookout.double.client().nodebalancer_create("us-ord", label="nb-1")
    told = [line for _ in range(7) for line in lookout.poll()]
    assert "NodeBalancer front1: it has no configuration for its port any more" in told
    config = balancer.config_create(port=5432, protocol="tcp")
    config.node_create("c1a", "192.168.1.1:5432")
    told = [line for _ in range(7) for line in lookout.poll()]
    assert "NodeBalancer front1: it is there again" in told
    assert "NodeBalancer front1: c1a is unknown (was UP)" in told


@pytest.mark.parametrize(
    "answer",
    ["401", "403", "404", "500", "503", "html", "bad-gateway", "empty", "no-id", "cut"],
)
def test_an_answer_that_says_nothing_is_no_news(lookout: Lookout, answer: str) -> None:
    """Whatever the API says instead, nothing is told; what changed meanwhile is told afterwards."""
    lookout.double.hurt(broken=answer)
    lookout.double.fare("c1a", "DOWN")
    lookout.happen("linode_shutdown", "c1a", status="finished")
    for _ in range(4):
        assert lookout.poll() == []
    lookout.double.heal()
    told = [line for _ in range(13) for line in lookout.poll()]
    assert told == [
        "NodeBalancer front1: c1a is DOWN (was UP)",
        "Linode: linode_shutdown of c1a (finished)",
    ]


def test_an_api_that_never_answers_holds_no_poll_up_for_long(make_double: Make) -> None:
    """All questions are asked at once, each with the inventory's timeout."""
    lookout = Lookout(make_double, timeout=4)
    assert lookout.poll() == []
    lookout.double.linode.go("silent")
    started = time.monotonic()
    assert lookout.poll() == []
    assert time.monotonic() - started < 2 * lookout.timeout
    lookout.double.fare("c1a", "DOWN")
    lookout.double.heal()
    assert lookout.poll() == ["NodeBalancer front1: c1a is DOWN (was UP)"]


def test_retry_after_is_honoured(lookout: Lookout) -> None:
    """After a 429 nothing is asked until the window is over, whoever used it up."""
    lookout.double.linode.meter.limits = Limits(collection=0)
    lookout.double.fare("c1a", "DOWN")
    assert lookout.poll() == []
    assert lookout.statuses()[429] in {1, 2}
    lookout.double.linode.meter.limits = Limits()
    before, begun = len(lookout.double.asked), lookout.clock.monotonic()
    told: list[str] = []
    while not told:
        told = lookout.poll()
        if not told:
            assert len(lookout.double.asked) == before
    assert told == ["NodeBalancer front1: c1a is DOWN (was UP)"]
    assert lookout.clock.monotonic() - begun <= 60 + 5


def test_one_balancer_costs_at_most_thirty_requests_a_minute(
    make_double: Make, measured: Callable[[str], None]
) -> None:
    """At the default interval, from the very start on, while something happens."""
    lookout = Lookout(make_double)
    asked = lookout.minutes(8)
    lookout.double.fare("c1a", "DOWN")
    lookout.happen("host_reboot", "c1a")
    asked.update({8 + minute: n for minute, n in lookout.minutes(7).items()})
    most, mean = max(asked.values()), sum(asked.values()) / len(asked)
    measured(f"probe, 1 NodeBalancer, every 5 s: {mean:.1f} API requests a minute, {most} at most")
    assert most <= 30


def test_a_missing_balancer_costs_no_more(make_double: Make) -> None:
    """Neither one that is not there, nor one without its port."""
    lookout = Lookout(make_double)
    lookout.poll()
    lookout.double.client().delete(
        f"/nodebalancers/{lookout.double.node('c1a')['nodebalancer_id']}"
    )
    assert max(lookout.minutes(3).values()) <= 30
    lookout.double.client().nodebalancer_create("us-ord", label="nb-1")
    assert max(lookout.minutes(3).values()) <= 30


def test_many_balancers_share_what_one_token_may_ask(
    make_double: Make, measured: Callable[[str], None]
) -> None:
    """Linode's own limit is 200 a minute: from the start on nobody is refused, and all take turns."""
    lookout = Lookout(make_double, balancers=40)
    asked = lookout.minutes(6)
    measured(
        f"probe, 40 NodeBalancers, each every {lookout.probe.pace.each:.0f} s: "
        f"{max(asked.values())} API requests a minute at most"
    )
    assert set(lookout.statuses()) == {200}
    assert max(asked.values()) <= 190
    for number in (1, 17, 40):
        lookout.double.fare(f"c{number}a", "DOWN")
    assert len([line for _ in range(4) for line in lookout.poll()]) == 3
