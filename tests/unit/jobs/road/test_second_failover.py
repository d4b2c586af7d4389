"""The next failover in the middle of repointing: the first gives way, wherever it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from jobs.audit import Kind, verify
from jobs.inventory import Host
from jobs.remote import HostFailure, SwapReply, SwapRequest
from tests.fakes.host import FakeHost
from tests.fakes.hosts import FakeHosts
from tests.world import ENV, HOST_KEY, INVENTORY, MEMBERS, World, make_world

NAMES = tuple(f"web{n}" for n in range(1, 7))
HOSTS = "".join(
    f'[hosts.{name}]\naddress = "10.0.1.{n}"\nhost_keys = ["{HOST_KEY}"]\n'
    for n, name in enumerate(NAMES, 1)
)
SIX = (
    INVENTORY.split("[hosts.web1]")[0]
    + HOSTS
    + "[applications.store]"
    + INVENTORY.split("[applications.store]")[1].replace(
        'hosts = ["web1", "web2"]', f"hosts = {list(NAMES)}".replace("'", '"')
    )
    + "[timing]\nchunk = 2\n"
)
"""Six hosts, two a job."""


class Tripwire(list[str]):
    """A list of effects that lets something happen right after each of the numbered ones."""

    def __init__(self, at: tuple[int, ...], act: Callable[[], object]) -> None:
        super().__init__()
        self.at, self.act = at, act

    def append(self, effect: str) -> None:
        super().append(effect)
        if len(self) in self.at:
            self.act()


@dataclass(slots=True)
class Counting(FakeHosts):
    """Counts the restarts of each host under each epoch."""

    restarts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        reply = FakeHosts.swap(self, host, request, timeout=timeout, confirm=confirm)
        if isinstance(reply, SwapReply):
            self.restarts[host.address, request.fence.epoch] += len(reply.restarted)
        return reply


def six(more: str = "") -> tuple[World, Counting]:
    """Six hosts that follow pg1."""
    world = make_world(SIX + more)
    counting = Counting(hosts=world.hosts.hosts)
    world.hosts = counting
    world.settle()
    return world, counting


def host(world: World, name: str) -> FakeHost:
    return world.hosts.at(world.inventory.hosts[name].address)


def epochs(world: World, name: str) -> list[int]:
    """The epochs that a host ever held, each once, in order."""
    return list(dict.fromkeys(fence.epoch for fence in host(world, name).fences))


def ends_well(world: World, counting: Counting, leader: str) -> None:
    """Everybody follows the last leader; no fence ever fell, nobody was restarted twice in an epoch, no
    incident is left, and the trail verifies."""
    for name in NAMES:
        held = [fence.epoch for fence in host(world, name).fences]
        assert held == sorted(held), (name, held)
        assert f"DB_HOST={MEMBERS[leader]}\n" in host(world, name).files[ENV].decode(), name
    assert max(counting.restarts.values()) == 1, counting.restarts
    state = world.ledger.state("shop")
    assert (state.incident, dict(state.assignments)) == (None, {})
    assert verify(world.ledger.entries("shop")).bad is None


@dataclass(slots=True)
class Second:
    """The failover that comes in between; `untouched` are the hosts that nobody had begun by then."""

    world: World
    epoch: int = 0
    untouched: tuple[str, ...] = ()

    def strikes(self) -> None:
        first = self.world.dcs._view("shop").leader
        assert first is not None
        self.untouched = tuple(n for n in NAMES if first.epoch not in epochs(self.world, n))
        self.epoch = self.world.fail_over("pg3")
        self.world.ledger.call("shop")


def goes_straight(second: Second, first: int) -> None:
    """Who was not begun under the first epoch never held it, and was restarted once."""
    for name in second.untouched:
        assert first not in epochs(second.world, name), name
        assert epochs(second.world, name)[-1] == second.epoch
        assert second.world.restarts(name) == 1


@pytest.mark.parametrize("where", ["hosts", "ledger"])
def test_first_gives_way_at_every_effect(where: str) -> None:
    """pg3 takes over right after the k-th effect of the move to pg2, on hosts or in Redis, for every k."""
    for k in range(1, 120):
        world, counting = six()
        second = Second(world=world)
        wire = Tripwire((k,), second.strikes)
        if where == "hosts":
            counting.effects = wire
        else:
            world.ledger.effects = wire
        first = world.fail_over("pg2")
        world.ledger.call("shop")
        world.work(most=200)
        if not second.epoch:
            assert k > 15
            return
        world.live_on(seconds=20)
        ends_well(world, counting, "pg3")
        goes_straight(second, first)
    pytest.fail("the move to pg2 never got through")


def test_what_gave_way_is_told_and_soon_done_again() -> None:
    """A job that finds the second epoch says so, and its hosts are there without another clock's look."""
    world, counting = six()
    second = Second(world=world)
    counting.effects = Tripwire((3,), second.strikes)
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work(most=200)
    assert Kind.SUPERSEDED in world.kinds()
    ends_well(world, counting, "pg3")


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8, 13])
def test_three_failovers_within_twenty_seconds(k: int) -> None:
    """Each strikes k effects after the last, some seconds apart: the last leader has them all."""
    world, counting = six()
    leaders = iter(("pg3", "pg1"))

    def strikes() -> None:
        world.clock.pass_by(6)
        world.fail_over(next(leaders))
        world.ledger.call("shop")

    counting.effects = Tripwire((k, 2 * k), strikes)
    began = world.clock.now()
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work(most=300)
    assert next(leaders, None) is None
    assert world.clock.now() - began <= 20
    world.live_on(seconds=20)
    ends_well(world, counting, "pg1")


POLICY = """
[clusters.shop.probe]
user = "pgbaton"
[clusters.shop.flapping]
changes = 2
within = 600
calm = 30
"""


def test_return_in_the_middle_of_a_move_is_held_where_hosts_have_arrived() -> None:
    """pg1 returns right after every fourth effect of the move to pg2: who has arrived stays,
    whom nobody touched is not restarted, and after the calm all follow."""
    stayed = set[int]()
    for k in range(1, 60, 4):
        world, counting = six(POLICY)

        def returns(world: World = world) -> None:
            world.fail_over("pg1")
            world.ledger.call("shop")

        counting.effects = Tripwire((k,), returns)
        world.fail_over("pg2")
        world.ledger.call("shop")
        world.work(most=200)
        if len(counting.effects) < k:
            break
        at_pg2 = {n for n in NAMES if "DB_HOST=10.0.0.2" in world.env(n)}
        stayed.add(len(at_pg2))
        assert all(
            world.restarts(n) == 0 for n in NAMES if len(epochs(world, n)) < 3 and n not in at_pg2
        )
        assert (world.ledger.state("shop").incident is not None) == bool(at_pg2)
        world.live_on(seconds=34)
        ends_well(world, counting, "pg1")
    assert len(stayed) > 2
