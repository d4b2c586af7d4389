from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor.subjects.workers import AWorker, WorkersSeen, judge_workers
from tests.unit.deploy.doctor.subjects.told import told, words

ONE, TWO = (AWorker(name=n, beat=2.0, inventory="abc") for n in ("w1", "w2"))
WELL = WorkersSeen(
    digest="abc",
    workers=(ONE, TWO),
    leases={"clock": "m1:7", "chronicle": "m1:8", "probe": "m1:9"},
    told={"shop": True},
)


def test_a_fleet_that_works_is_green() -> None:
    """With how many there are, and what lives besides."""
    report = judge_workers(WELL)
    assert told(report) == {}
    assert report.fine[0] == "2 workers, clock, chronicle, probe alive, 0 jobs wait"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"workers": ()}, {"no-worker": "red"}),
        ({"workers": (replace(ONE, beat=90.0), replace(TWO, beat=90.0))}, {"no-worker": "red"}),
        ({"workers": (ONE,)}, {"one-worker": "amber"}),
        ({"workers": (ONE, TWO, replace(ONE, name="w3", beat=90.0))}, {"worker-gone": "amber"}),
        ({"workers": (ONE, replace(TWO, inventory="old"))}, {"worker-inventory": "red"}),
        ({"workers": (ONE, replace(TWO, inventory=None))}, {}),
        ({"waiting": 3, "oldest": 60.0}, {"queue-old": "red"}),
        ({"foreign": 2}, {"queue-inventory": "amber"}),
        ({"failed": 2}, {"jobs-failed": "amber"}),
        ({"leases": {}}, {"no-clock": "red", "no-chronicle": "amber", "no-probe": "amber"}),
        ({"leases": {}, "needed": ("clock",)}, {"no-clock": "red"}),
        ({"told": {"shop": False}}, {"no-watch": "amber"}),
        ({"told": {"shop": None}}, {}),
    ],
)
def test_one_thing_wrong(parts: dict[str, Any], expected: dict[str, str]) -> None:
    """Each has a finding of its own, in its colour."""
    assert told(judge_workers(replace(WELL, **parts))) == expected


def test_another_inventory_is_named() -> None:
    """With who works by it, and the digest that it should be."""
    report = judge_workers(replace(WELL, workers=(ONE, replace(TWO, inventory="old"))))
    assert words(report, "worker-inventory").startswith("w2 works by another inventory than abc")
