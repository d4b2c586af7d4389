"""The jobs themselves over the real adapter and the double: what they ask of Linode, and what they survive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from jobs.audit import Kind
from jobs.balancer.change import Change, SetMode
from jobs.balancer.drift import repairs
from jobs.balancer.found import Knock
from jobs.balancer.wanted import wanted
from jobs.inventory import Address
from jobs.state import FOLLOWS
from tests.contract.linode.double import Double
from tests.fakes.hosts import WorkerDied
from tests.unit.jobs.road.front import FRONT, make_front
from tests.world import World
from workers.linode import Api, LinodeBalancers

MEMBERS = ("pg1", "pg2", "pg3")


class Mortal(LinodeBalancers):
    """The real adapter in a worker that dies right after a change of mode, where `dies` is set. The
    members of these tests are nowhere, so nobody knocks at them."""

    dies = False
    fares: Callable[[SetMode], None]

    def apply(self, change: Change, *, timeout: float) -> None:
        super().apply(change, timeout=timeout)
        if isinstance(change, SetMode):
            self.fares(change)
            if self.dies:
                self.dies = False
                raise WorkerDied

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        return Knock(kind="refused")


@pytest.fixture
def stand(make_double: Callable[..., Double]) -> Callable[..., tuple[World, Double, Mortal]]:
    """Makes a settled world before a NodeBalancer at the double, with pg1 leading and UP."""

    def make(modes: str = "observe") -> tuple[World, Double, Mortal]:
        world, _ = make_front(modes=modes)
        double = make_double()
        double.world.modes.delay = 0
        real = Mortal(Api(double.url, token=double.token))
        real.fares = lambda change: _enter(double, change)
        world.balancers = real
        _create(world, real)
        _up(double, "pg1")
        world.settle()
        return world, double, real

    return make


def _create(world: World, real: LinodeBalancers) -> None:
    want, table = wanted(world.inventory, "front"), world.inventory.nodebalancers["front"]
    while steps := repairs(want, real.read(table, timeout=5)):
        for step in steps:
            real.apply(step, timeout=5)


def _up(double: Double, *members: str) -> None:
    for member in MEMBERS:
        double.fare(member, "UP" if member in members else "DOWN")


def _enter(double: Double, change: SetMode) -> None:
    """As a data plane does: who is accepted passes its check."""
    double.fare(change.label, "UP" if change.mode == "accept" else "DOWN")


def _modes(double: Double) -> dict[str, str]:
    return {m: double.node(m)["mode"] for m in MEMBERS}


def _told(world: World) -> list[dict[str, Any]]:
    return world.told(Kind.BALANCER)


def _fail_over(world: World, double: Double, member: str) -> None:
    world.fail_over(member)
    world.witness.through[FRONT] = member
    _up(double, member)


def test_it_follows_over_the_real_api(stand: Callable[..., tuple[World, Double, Mortal]]) -> None:
    """Node status read at Linode ends the incident; nothing there was changed."""
    world, double, _ = stand()
    posts = [a for a in double.asked if a.method != "GET"]
    _fail_over(world, double, "pg2")
    world.settle()
    assert _told(world)[-1]["outcome"] == FOLLOWS
    assert world.ledger.state("shop").incident is None
    assert [a for a in double.asked if a.method != "GET"] == posts


def test_enforced_modes_survive_a_death_between_the_two(
    stand: Callable[..., tuple[World, Double, Mortal]],
) -> None:
    """After the reject and before the accept nobody takes traffic; the next worker goes on there."""
    world, double, real = stand("enforce")
    assert _modes(double) == {"pg1": "accept", "pg2": "reject", "pg3": "reject"}
    real.dies = True
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    world.ledger.call("shop")
    with pytest.raises(WorkerDied):
        world.work()
    assert _modes(double) == dict.fromkeys(MEMBERS, "reject")
    world.witness.through[FRONT] = "pg2"
    world.live_on(seconds=20)
    assert _modes(double) == {"pg1": "reject", "pg2": "accept", "pg3": "reject"}
    assert world.ledger.state("shop").incident is None


def test_a_node_that_linode_dropped_is_restored_once(
    stand: Callable[..., tuple[World, Double, Mortal]],
) -> None:
    """A machine was deleted and made anew; the lost reply of the POST doubles nothing."""
    world, double, _ = stand()
    node = double.node("pg3")
    path = f"/nodebalancers/{node['nodebalancer_id']}/configs/{node['config_id']}/nodes"
    double.ask("DELETE", f"{path}/{node['id']}")
    double.hurt(lost_replies=1)
    _fail_over_without(world, double, "pg2")
    world.settle()
    double.heal()
    labels = [n["label"] for n in double.world.nodes.where(nodebalancer_id=node["nodebalancer_id"])]
    assert sorted(labels) == ["pg1", "pg2", "pg3"]
    assert any("add node pg3" in str(e.get("change")) for e in _told(world))


def _fail_over_without(world: World, double: Double, member: str) -> None:
    """Logins do not land yet, so that there is time to mend."""
    world.fail_over(member)
    world.witness.through[FRONT] = None
    for one in ("pg1", "pg2"):
        double.fare(one, "UP" if one == member else "DOWN")


@pytest.mark.parametrize(
    ("hurt", "said"),
    [
        ({"gone": "refused"}, "node status not seen"),
        ({"broken": "500"}, "500"),
        ({"broken": "html"}, "JSON"),
        ({"limited": 60}, "429"),
    ],
    ids=["refused", "500", "html", "429"],
)
def test_an_api_in_trouble_is_named_and_holds_up_nobody(
    stand: Callable[..., tuple[World, Double, Mortal]], hurt: dict[str, Any], said: str
) -> None:
    """The shops follow by logins alone, and the incident says what could not be seen."""
    world, double, _ = stand()
    _fail_over(world, double, "pg2")
    _hurt(double, hurt)
    world.settle()
    double.heal()
    last = _told(world)[-1]
    assert last["outcome"] == FOLLOWS
    assert "node status not seen" in last["note"]
    assert said in last["note"]
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [1, 1, 1]


def _hurt(double: Double, hurt: dict[str, Any]) -> None:
    requests.post(f"{double.control}/_lab/faults", json=hurt, timeout=5).raise_for_status()


def test_a_token_that_may_only_read_is_told_its_scope(
    stand: Callable[..., tuple[World, Double, Mortal]],
) -> None:
    """Enforced modes need nodebalancers:read_write; the incident names the scope."""
    world, double, _ = stand("enforce")
    scopes = "nodebalancers:read_only linodes:read_only events:read_only"
    told = {"scopes": scopes}
    requests.post(f"{double.control}/_lab/token", json=told, timeout=5).raise_for_status()
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    world.settle()
    late = [e for e in _told(world) if e["outcome"] == "late"][-1]
    assert "could not set pg1 to reject" in late["reason"]
    assert "nodebalancers:read_write" in late["reason"] + late["remedy"]
