"""Whose targets are read when: evenly, in turn, by one process of several, and never all at once."""

from __future__ import annotations

from itertools import pairwise

import pytest
import tomlkit

from jobs.inventory import Inventory, load_inventory
from jobs.names import RECONCILE
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from workers.drifting import DriftTurns

MANY = 200
TICK, DRIFT = 2, 300


def inventory(count: int) -> Inventory:
    clusters = {f"c{n:03}": {"etcd": "main", "scope": f"s{n}"} for n in range(count)}
    tables = {
        "schema": 1,
        "redis": {"url": "redis://10.0.0.9:6379/0"},
        "etcd": {"main": {"endpoints": ["http://10.0.0.1:2379"]}},
        "clusters": clusters,
    }
    found = load_inventory(tomlkit.dumps(tables))
    assert isinstance(found, Inventory)
    return found


class Night:
    """A ledger whose queue is emptied after each tick, and when each cluster was read."""

    def __init__(self, count: int) -> None:
        self.inventory, self.clock = inventory(count), FakeClock()
        self.ledger = FakeLedger(clock=self.clock)
        self.read: dict[str, list[float]] = {name: [] for name in self.inventory.clusters}
        self.most = 0
        self.anew()

    def anew(self) -> None:
        """The clock process is another one."""
        self.turns = DriftTurns(inventory=self.inventory, ledger=self.ledger, clock=self.clock)

    def passes(self, seconds: int, *, but: str = "") -> None:
        for _ in range(seconds // TICK):
            self.turns.tick([name for name in self.inventory.clusters if name != but])
            self.most = max(self.most, self._taken())
            self.clock.pass_by(TICK)

    def _taken(self) -> int:
        count = 0
        while (job := self.ledger.take()) is not None:
            assert job[0] == RECONCILE
            self.read[str(job[1]["cluster"])].append(self.clock.monotonic())
            count += 1
        return count

    def apart(self) -> list[float]:
        """The seconds between every two reads of one cluster."""
        return [b - a for at in self.read.values() for a, b in pairwise(at)]


def test_two_hundred_clusters_are_read_evenly() -> None:
    """Two a tick, each of them every five minutes; the first ones at once."""
    night = Night(MANY)
    night.passes(TICK)
    assert sum(map(len, night.read.values())) == 2
    night.passes(1500)
    assert night.most == 2
    assert max(night.apart()) <= DRIFT + TICK
    assert {len(at) for at in night.read.values()} <= {5, 6}


def test_one_cluster_is_read_at_once() -> None:
    """A pgbaton with a single cluster waits for no turn."""
    night = Night(1)
    night.passes(TICK)
    assert list(map(len, night.read.values())) == [1]
    night.passes(DRIFT - TICK)
    assert list(map(len, night.read.values())) == [1]
    night.passes(2 * TICK)
    assert list(map(len, night.read.values())) == [2]


@pytest.mark.parametrize("later", [10, 150, 290])
def test_another_process_goes_on_where_one_stopped(later: int) -> None:
    """Nobody is read twice for that, and nobody waits much longer."""
    night = Night(MANY)
    night.passes(600)
    night.passes(later)
    night.anew()
    night.passes(900)
    assert night.most == 2
    assert max(night.apart()) <= DRIFT + DRIFT / 10 + 10 * TICK
    assert min(night.apart()) > DRIFT - DRIFT / 30


def test_who_is_not_quiet_loses_no_turn() -> None:
    """A cluster with an incident is read as soon as that is over."""
    night = Night(MANY)
    night.passes(600)
    before = len(night.read["c007"])
    night.passes(400, but="c007")
    assert len(night.read["c007"]) == before
    night.passes(TICK)
    assert len(night.read["c007"]) == before + 1
