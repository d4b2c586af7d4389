"""What is said of storms: rows that hold or do not, pictures of every size, sentences that foretell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from deploy.lab.bench.result import Row
from deploy.lab.bench.storms import shown
from deploy.lab.bench.storms.checked import Checked
from deploy.lab.bench.storms.costs import HOST_TRIPS, costs_of
from deploy.lab.bench.storms.course import Course
from deploy.lab.bench.storms.meters import Reading
from deploy.lab.bench.storms.played import Storm

EACH = {"web": 0.002, "worker": 0.05, "watch": 0.003, "clock": 0.001, "chronicle": 0.02}
ABROAD = {"Redis": 0.008, "etcd": 0.02, "hosts": 0.06, "stand-in": 0.002}
COURSE = Course(heard=1.0, begun=1.5, proven=1.6, moved=2.0, concluded=3.0)


def storm(count: int, seconds: float, *, lost: int = 0, machines: int = 1) -> Storm:
    """Every incident costs the same, and everything besides 2 s of its process."""
    spent = {name: 2 + count * each for name, each in {**EACH, **ABROAD}.items()}
    cost = Reading(
        seconds=spent,
        workers=[spent["worker"] / (2 * machines)] * (2 * machines),
        redis={"evalsha": (12 * count, 1000), "exec": (15 * count, 900), "hget": (9, 9)},
        etcd={"Range": 2 * count, "Txn": 3 * count},
    )
    courses = [COURSE] * (count - lost)
    checked = Checked(courses=courses, wrong=())
    return Storm(count=count, machines=machines, seconds=seconds, cost=cost, checked=checked)


FLAT = (storm(50, 6.0), storm(400, 41.0), storm(100, 11.0), storm(200, 21.0), storm(50, 6.0))
STEEP = (storm(50, 5.0), storm(400, 320.0), storm(100, 20.0), storm(200, 80.0))


def rows(storms: Sequence[Storm]) -> list[Row]:
    return [shown.flat(storms), shown.all_concluded(storms), shown.model_holds(storms)]


def test_storms_whose_incidents_cost_the_same_hold_every_row() -> None:
    """The largest over the smallest; everybody concluded; the sizes between lie on the line."""
    flat, concluded, model = rows(FLAT)
    assert flat.name == "storm-per-incident"
    assert flat.ratio == pytest.approx(0.854, 1e-2)
    assert (concluded.ours, concluded.beside) == (800.0, 800.0)
    assert model.ours == pytest.approx(1.0)
    assert [row.held for row in (flat, concluded, model)] == [True, True, True]


def test_storms_that_cost_twice_as_much_with_twice_as_many_do_not() -> None:
    """Neither the ratio nor the model, which is off by four where it is worst."""
    flat, _, model = rows(STEEP)
    assert flat.ratio == pytest.approx(8.0)
    assert model.ours == pytest.approx(4.0)
    assert not flat.held
    assert not model.held


def test_one_incident_too_few_is_seen() -> None:
    """At least all of them, or the row is not held."""
    assert not shown.all_concluded([storm(50, 6.0, lost=1)]).held


def test_what_an_incident_costs_leaves_out_what_a_storm_costs_anyway() -> None:
    """The line's slope: 2 s of each process are nobody's incident."""
    costs = costs_of([FLAT[0], FLAT[-1]], [FLAT[1]])
    assert costs.alone == pytest.approx({"watch": 0.003, "Redis": 0.008})
    assert costs.web == pytest.approx(0.002)
    assert costs.worker == pytest.approx(0.05)
    assert costs.asked == pytest.approx(0.082)
    assert costs.trips == pytest.approx(HOST_TRIPS + 12 + 15 + 5)
    assert costs.narrow == "Redis"


def test_every_size_has_its_series_and_every_foretelling_its_sentence() -> None:
    """Nothing is left out of what is shown."""
    alone, spread = [storm(1, 0.8)], [storm(100, 11.0), storm(100, 11.0, machines=2)]
    groups = [*shown.groups(FLAT, alone, spread), shown.handshakes(spread[0], spread[1])]
    sizes = ["1 cluster", "50 clusters", "100 clusters", "200 clusters", "400 clusters"]
    assert [one.name for one in groups[0].series] == sizes
    assert all(len(one.values) for group in groups for one in group.series)
    told = list(shown.notes(FLAT, alone, spread))
    assert sum("foretold" in one for one in told) == len(shown.LARGER)
    assert any("2 machines, 4 workers" in one for one in told)
    late = list(shown.foretelling(costs_of([FLAT[0]], [FLAT[1]]), latency=60.0))
    assert sum("one alone takes longer" in one for one in late) == len(shown.LARGER)
