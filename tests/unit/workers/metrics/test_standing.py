"""How a cluster stands is shown anew where something changed; at rest nothing but its proof grows older."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from jobs.state import ClusterState, Pause
from tests.world import World, make_world
from workers.metrics.standing import Standing


@pytest.fixture
def world() -> World:
    world = make_world()
    world.settle()
    return world


@pytest.fixture
def standing() -> Standing:
    return Standing(CollectorRegistry())


def shown(standing: Standing, world: World, state: ClusterState) -> tuple[float, float]:
    """Spoil a gauge, show the state, and return that gauge and the proof's age."""
    standing.paused.labels("shop").set(9)
    standing.show(world.inventory, state, proof="100.0")
    cells = (gauge.labels("shop") for gauge in (standing.paused, standing.proof))
    paused, proof = (next(iter(cell.collect())).samples[0].value for cell in cells)
    return paused, proof


def test_a_cluster_at_rest_is_shown_once(world: World, standing: Standing) -> None:
    """Its proof grows older all the same."""
    state = world.ledger.state("shop")
    state = replace(state, settled=replace(state.settled, verified=None))
    assert shown(standing, world, replace(state, now=130.0)) == (0, 30)
    assert shown(standing, world, replace(state, now=150.0)) == (9, 50)


def test_whatever_changes_is_shown(world: World, standing: Standing) -> None:
    """Another record, a pause (also while nothing else happens, for it may end), another inventory."""
    state = replace(world.ledger.state("shop"), now=130.0)
    paused = replace(state, pause=Pause(by="dba", why="night", until=140.0))
    later = replace(paused, now=150.0)
    known = [shown(standing, world, one)[0] for one in (state, paused, paused, later, state)]
    assert known == [0, 1, 1, 0, 0]
    assert shown(standing, world, state)[0] == 9
    assert shown(standing, world, replace(state, hosts=dict(state.hosts)))[0] == 0
    world.inventory = world.inventory.model_copy()
    assert shown(standing, world, replace(state, hosts=dict(state.hosts)))[0] == 0


def test_an_open_incident_grows_older(world: World, standing: Standing) -> None:
    """It is shown at each look, though nothing of it is written down meanwhile."""
    world.dcs.delete_leader("shop")
    world.ledger.call("shop")
    world.work()
    state = world.ledger.state("shop")
    assert state.incident is not None
    now = state.incident.opened
    ages = []
    for seconds in (10, 20):
        standing.show(world.inventory, replace(state, now=now + seconds), proof=None)
        [age] = next(iter(standing.open_for.labels("shop").collect())).samples
        ages.append(age.value)
    assert ages == [10, 20]
    shut = replace(state, incident=None, now=now + 30)
    assert shown(standing, world, shut)[0] == 0
