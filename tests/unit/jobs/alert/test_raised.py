from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.alert import SlackAlarm, Status, balancer_key, cloud_event, of_slack, raised_by
from jobs.audit import Draft, Entry, Kind
from tests.world import World, make_world


def entry(kind: Kind, incident: str | None = "shop-1", id_: str = "x", **evidence: Any) -> Entry:
    draft = Draft(id=id_, kind=kind, incident=incident, seconds=1.0, evidence=evidence)
    return Entry(seq=7, at=1_700_000_000_250_000, body=draft.body(), prev="", hash="ab" * 32)


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_failover_is_triggered_updated_and_resolved(world: World) -> None:
    """Under the incident's own id, most urgent at its beginning; hosts and events wake nobody."""
    world.settle()
    world.fail_over("pg2")
    world.settle()
    alerts = [a for e in world.ledger.entries("shop") if (a := raised_by("shop", e))]
    of_second = [(str(a.status), a.severity) for a in alerts if a.key == "shop-2"]
    assert of_second[0] == ("triggered", "critical")
    assert ("updated", "warning") in of_second
    assert of_second[-1] == ("resolved", "info")
    assert len({a.id for a in alerts}) == len(alerts)


def test_an_alarm_says_why_and_what_to_do() -> None:
    """Two primaries are critical, hosts left behind a warning; both under the incident's id."""
    for id_, severity in (
        ("shop-1:alarm:two-primaries:pg1:7", "critical"),
        ("shop-1:alarm:left:web1", "warning"),
    ):
        alert = raised_by("shop", entry(Kind.ALARM, id_=id_, reason="so it is", remedy="do this"))
        assert alert is not None
        assert (alert.key, alert.severity) == ("shop-1", severity)
        assert (alert.summary, alert.remedy) == ("so it is", "do this")


def test_a_balancer_in_peace_is_triggered_and_resolved_under_one_key() -> None:
    """Whatever job raised it; an alarm of another sort has a key of its own."""
    raised = raised_by("shop", entry(Kind.ALARM, None, "nodebalancer:front:j1:alarm", reason="no"))
    ended = raised_by(
        "shop", entry(Kind.BALANCER, None, balancer="front", outcome="follows", member="pg2")
    )
    late = raised_by(
        "shop", entry(Kind.BALANCER, None, balancer="front", outcome="late", reason="no")
    )
    other = raised_by("shop", entry(Kind.ALARM, None, "what", reason="no"))
    assert raised is not None
    assert ended is not None
    assert other is not None
    assert raised.key == ended.key == balancer_key("shop", "front") != other.key
    assert (raised.status, ended.status, late) == (Status.TRIGGERED, Status.RESOLVED, None)


def test_a_trail_gap_is_critical() -> None:
    """Lost entries are nothing that a morning can wait for."""
    gap = raised_by("shop", entry(Kind.GAP, None, after=3, anchored=9, reason="failover"))
    assert gap is not None
    assert (gap.severity, gap.incident) == ("critical", None)
    assert "entries 4 to 9 are lost" in gap.summary


@pytest.mark.parametrize(
    "kind", [Kind.OPENED, Kind.VERDICT, Kind.CONCLUDED, Kind.BALANCER, Kind.GAP]
)
def test_an_entry_that_cannot_be_read_raises_nothing(kind: Kind) -> None:
    """Somebody else's evidence, an unknown kind, and no JSON at all."""
    assert raised_by("shop", entry(kind, None, other=1)) is None
    broken = Entry(seq=1, at=1, body='{"kind":"later"}', prev="", hash="")
    assert raised_by("shop", broken) is None
    assert raised_by("shop", Entry(seq=1, at=1, body="{", prev="", hash="")) is None


def test_it_travels_as_a_cloud_event() -> None:
    """Type, instant and dedup key as on-call tools read them."""
    alert = raised_by("shop", entry(Kind.OPENED, why="a new epoch", before="pg1"))
    assert alert is not None
    raw = json.loads(cloud_event(alert))
    assert raw["specversion"] == "1.0"
    assert raw["type"] == "pgbaton.alert.triggered"
    assert raw["time"] == "2023-11-14T22:13:20.250+00:00"
    assert raw["id"] == alert.id
    assert {
        k: raw["data"][k] for k in ("dedup_key", "severity", "cluster", "from", "to", "link")
    } == {
        "dedup_key": "shop-1",
        "severity": "critical",
        "cluster": "shop",
        "from": "pg1",
        "to": None,
        "link": None,
    }


def test_slacks_trouble_is_told_once_and_its_end_too() -> None:
    """The same trouble a second time is another alert, lest a tool takes it for a repeat."""
    trouble = json.dumps({"reason": "the token was revoked", "remedy": "make another"})
    begun = of_slack(trouble, SlackAlarm(), now=1)
    assert begun is not None
    alert, told = begun
    assert (alert.status, alert.remedy) == (Status.TRIGGERED, "make another")
    assert of_slack(trouble, told, now=2) is None
    ended = of_slack("", SlackAlarm.load(told.dump()), now=3)
    assert ended is not None
    assert ended[0].status is Status.RESOLVED
    again = of_slack("the token was revoked", ended[1], now=4)
    assert again is not None
    assert again[0].id != alert.id
    assert of_slack(None, SlackAlarm.load("nonsense"), now=5) is None
