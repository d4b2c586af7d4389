"""A storm's parts compute what they claim: its course, its costs, its proof, and what they foretell."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.checked import env_of, trail_flaws
from deploy.lab.bench.storms.course import Course, course_of, stages
from deploy.lab.bench.storms.meters import Reading
from deploy.lab.bench.storms.model import Costs, Line, Plan, foretold, line_through, plan
from deploy.lab.bench.storms.struck import SLICES, WITHIN, slices
from deploy.lab.keys import make_secrets
from deploy.lab.lab import loaded
from deploy.lab.machine import LabError
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab.histories import chain

FENCE: dict[str, Any] = {"fence": {"system": "7", "pg_timeline": 1, "epoch": 12}}
Told = list[tuple[float, Draft]]


def draft(kind: Kind, *, seconds: float | None = None, **evidence: object) -> Draft:
    return Draft(
        id=f"{kind}:{evidence}", kind=kind, incident="i", seconds=seconds, evidence=evidence
    )


GOOD: Told = [
    (10.0, draft(Kind.EVENT, id="gone")),
    (11.0, draft(Kind.OPENED, number=1)),
    (11.0, draft(Kind.VERDICT, seconds=0.25, **FENCE)),
    (11.0, draft(Kind.PLANNED, hosts={"app": 1})),
    (12.5, draft(Kind.HOST, host="app", **FENCE)),
    (14.0, draft(Kind.CONCLUDED, hosts={}, **FENCE)),
]


def test_an_incident_is_told_by_its_trail() -> None:
    """Every stage has its instant, and the look began before it was written down."""
    course = course_of(chain(GOOD), 12)
    assert course == Course(heard=10.0, begun=10.75, proven=11.0, moved=12.5, concluded=14.0)
    assert list(stages([course]).values()) == [(0.75,), (0.25,), (1.5,), (1.5,)]


@pytest.mark.parametrize("missing", [Kind.EVENT, Kind.VERDICT, Kind.HOST, Kind.CONCLUDED])
def test_an_incident_without_an_end_has_no_course(missing: Kind) -> None:
    """What the trail does not tell is not guessed."""
    told = [one for one in GOOD if one[1].kind is not missing]
    assert course_of(chain(told), 12) is None


def test_another_epoch_is_another_incident() -> None:
    """An end under an older epoch does not count for the newer one."""
    assert course_of(chain(GOOD), 13) is None


def test_a_good_trail_has_no_flaw() -> None:
    """One of each kind, all of it chained."""
    assert not list(trail_flaws(chain(GOOD), chain(GOOD)))


@pytest.mark.parametrize("kind", [Kind.OPENED, Kind.PLANNED, Kind.HOST, Kind.CONCLUDED])
def test_what_is_missing_or_doubled_is_a_flaw(kind: Kind) -> None:
    """Of each kind there is exactly one entry in a storm."""
    without = chain([one for one in GOOD if one[1].kind is not kind])
    twice = chain([*GOOD, (15.0, draft(kind, again=True))])
    assert list(trail_flaws(without, without)) == [f"0 entries of the kind {kind}, not one"]
    assert list(trail_flaws(twice, twice)) == [f"2 entries of the kind {kind}, not one"]


def test_a_forged_trail_and_an_alarm_are_flaws() -> None:
    """A changed entry breaks the chain; an alarm says that something went wrong."""
    entries = chain([*GOOD, (15.0, draft(Kind.ALARM, alarm="partial"))])
    forged = [*entries[:2], replace(entries[2], body=entries[2].body + " "), *entries[3:]]
    assert list(trail_flaws(entries, entries)) == ["an alarm was raised"]
    assert "its trail does not verify" in list(trail_flaws(forged, entries[:-1]))


def test_the_crowd_is_an_inventory() -> None:
    """Every cluster has its own host and members, at addresses of their own; who leads goes round."""
    names = crowd.clusters(120)
    secrets = make_secrets(senders=("watch",), hosts=(crowd.HOST,))
    inventory = loaded(crowd.inventory_toml(names, secrets))
    places = {seat.address for name in names for seat in crowd.seats(name)}
    assert [inventory.targets_of(name) for name in names] == [(f"{n}-app",) for n in names]
    assert len(places) == len(names) * crowd.MEMBERS
    assert crowd.seat("c00001", 4) == crowd.seat("c00001", 1) != crowd.seat("c00001", 2)


def test_a_bad_inventory_is_the_benchs_mistake() -> None:
    """It is said as such, with what is wrong."""
    with pytest.raises(LabError, match="clusters"):
        loaded("schema = 1")


@pytest.mark.parametrize("count", [1, 3, 50, 400])
def test_everybody_is_struck_once_within_a_second(count: int) -> None:
    """In as many slices as there may be, the first at once."""
    names = crowd.clusters(count)
    struck = list(slices(names))
    assert sorted(name for _, some in struck for name in some) == list(names)
    assert len(struck) == min(count, SLICES)
    assert struck[0][0] == 0
    assert struck[-1][0] < WITHIN


def test_an_env_file_is_read_by_its_lines() -> None:
    """Values may hold the sign that parts them from their names."""
    assert env_of("A=1\nURL=a=b\n") == {"A": "1", "URL": "a=b"}


def test_a_cost_is_a_difference() -> None:
    """What did not move is left out, what is new counts from nothing."""
    before = Reading(
        seconds={"web": 1.0}, workers=[1.0, 2.0], redis={"get": (2, 20)}, etcd={"Range": 5}
    )
    after = Reading(
        seconds={"web": 3.0, "etcd": 1.0, "hosts": 8.0},
        workers=[1.5, 4.0],
        redis={"get": (2, 20), "set": (3, 30)},
        etcd={"Range": 5, "Txn": 2},
    )
    cost = after - before
    assert cost.seconds == {"web": 2.0, "etcd": 1.0, "hosts": 8.0}
    assert cost.workers == [0.5, 2.0]
    assert (cost.redis, cost.etcd, cost.ours) == ({"set": (3, 30)}, {"Txn": 2}, 3.0)


@given(
    fixed=st.floats(0, 100),
    each=st.floats(0.001, 10),
    few=st.integers(1, 99),
    more=st.integers(1, 99),
)
def test_a_line_is_found_again(fixed: float, each: float, few: int, more: int) -> None:
    """Through two of its points, in either order, and so is every size between them."""
    line, many = Line(fixed=fixed, each=each), few + more
    first, second = (few, line.at(few)), (many, line.at(many))
    for found in (line_through(first, second), line_through(second, first)):
        assert found.at(60) == pytest.approx(line.at(60), rel=1e-6, abs=1e-6)
    assert foretold(first, second, 60) == pytest.approx(line.at(60) / 60, rel=1e-6, abs=1e-6)


def test_nothing_costs_less_than_nothing() -> None:
    """Where a small storm was quicker than any line allows, the large one alone decides."""
    assert line_through((50, 1.0), (400, 20.0)) == Line(fixed=0.0, each=0.05)


COSTS = Costs(alone={"watch": 0.002, "Redis": 0.005}, web=0.01, worker=0.1, asked=0.08, trips=30)


def test_workers_are_counted_by_how_long_they_are_held() -> None:
    """A worker waits for hosts, Redis and the network; a processor does not."""
    assert COSTS.held(trip=0.001) == pytest.approx(0.1 + 0.08 + 0.005 + 0.03)
    found = plan(COSTS, clusters=1000, within=32.0, latency=2.0, trip=0.001)
    assert found == Plan(workers=11, processors=5, webs=1, installations=1)


def test_what_no_worker_can_mend_needs_another_installation() -> None:
    """10,000 incidents need more of one Redis than there is time, so that several share the clusters."""
    assert COSTS.narrow == "Redis"
    found = plan(COSTS, clusters=10_000, within=32.0, latency=2.0, trip=0.001)
    assert found is not None
    assert found.installations == 3  # 50 s of Redis in 21


def test_who_wants_it_sooner_than_one_alone_takes_has_no_plan() -> None:
    """More workers do not make one incident quicker."""
    assert plan(COSTS, clusters=1, within=2.0, latency=2.0, trip=0.0) is None


@given(st.integers(1, 20_000), st.floats(5, 600))
def test_more_clusters_never_need_less(clusters: int, within: float) -> None:
    """Nor does more time need more workers."""
    here, larger, later = (
        plan(COSTS, clusters=count, within=seconds, latency=2.0, trip=0.001)
        for count, seconds in ((clusters, within), (clusters + 1, within), (clusters, within + 1))
    )
    assert here is not None
    assert larger is not None
    assert later is not None
    assert all(a >= b for a, b in zip(astuple(larger), astuple(here), strict=True))
    assert all(a <= b for a, b in zip(astuple(later), astuple(here), strict=True))
