"""The report's shape and times are a promise: other tools read it."""

from __future__ import annotations

from dataclasses import replace

from deploy.lab.drill.history import History, Injected
from deploy.lab.drill.invariants import check_all
from deploy.lab.drill.report import make_report, to_json
from deploy.lab.drill.times import times
from tests.unit.deploy.lab import histories as h


def report(history: History) -> dict[str, object]:
    checked = check_all(history)
    made = make_report(
        history, scenario="kill-leader-machine", patroni_version="4.1.4", invariants=checked
    )
    return to_json(made)


def test_the_shape_is_exactly_this() -> None:
    """Names, nesting and values of a good drill."""
    struck = Injected(fault="LoseMachine", title="pg1 is lost", at=100.0, on=("pg1",))
    said = report(replace(h.GOOD, injected=(struck,)))
    invariants = said.pop("invariants")
    assert isinstance(invariants, list)
    assert {frozenset(one) for one in invariants} == {frozenset({"name", "held", "evidence"})}
    assert said == {
        "scenario": "kill-leader-machine",
        "patroni_version": "4.1.4",
        "verdict": "pass",
        "times": {
            "leader_lost": 20.0,
            "leader_elected": 20.1,
            "leader_writable": 20.3,
            "event_received": 20.2,
            "verified": 20.5,
            "first_host": 22.0,
            "last_host": 22.0,
            "writes_resumed": 22.01,
            "unmanaged_host": None,
        },
        "orders": {"acknowledged": 2, "lost": 0, "failed": 1},
        "hosts": [{"host": "shop1", "outcome": "changed", "seconds": 22.0, "restarts": 1}],
        "redirects": [
            {"who": "shop1", "way": "endpoint leader", "seconds": 1.71},
            {"who": "shop3", "way": "left to itself, at the old leader", "seconds": None},
        ],
        "faults": [
            {
                "fault": "LoseMachine",
                "title": "pg1 is lost",
                "at": 100.0,
                "healed": None,
                "on": ("pg1",),
            },
        ],
        "audit": {"entries": 10, "head": h.GOOD.entries[-1].hash, "verified": True},
    }


def test_a_lost_order_fails_the_drill() -> None:
    """The verdict is fail as soon as one invariant does not hold."""
    said = report(replace(h.GOOD, stored=frozenset({"o-1"})))
    assert said["verdict"] == "fail"
    assert said["orders"] == {"acknowledged": 2, "lost": 1, "failed": 1}


def test_what_did_not_happen_has_no_time() -> None:
    """A drill in which nobody followed says null, not a number."""
    never = replace(h.GOOD, leaderships=h.LEADERSHIPS[:1], entries=h.GOOD.entries[:5], writable={})
    said = times(never)
    assert said.leader_elected is said.verified is said.last_host is said.writes_resumed is None


def test_an_unmanaged_host_that_recovers_has_its_seconds() -> None:
    """It counts from its first order that the new leader acknowledged."""
    back = h.order("o-9", at=160.0, member=h.NEW, shop="shop3")
    assert times(replace(h.GOOD, orders=(*h.GOOD.orders, back))).unmanaged_host == 60.01


def test_writes_are_resumed_when_the_last_host_takes_orders() -> None:
    """One host that sells is not enough while another does not."""
    other = replace(h.SHOP, name="shop2")
    two = replace(h.GOOD, hosts=(h.SHOP, other))
    assert times(two).writes_resumed is None
    late = h.order("o-9", at=130.0, member=h.NEW, shop="shop2")
    assert times(replace(two, orders=(*h.GOOD.orders, late))).writes_resumed == 30.01
