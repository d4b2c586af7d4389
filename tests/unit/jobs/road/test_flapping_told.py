"""A held return is told wherever an incident is told, from its first second to its end."""

from __future__ import annotations

import pytest

from jobs.alert import Status, raised_by
from jobs.slack.layout import GREEN, RED, Site
from jobs.slack.reading import read
from jobs.slack.tale import Hearing
from jobs.slack.thread import Thread, thread_of
from jobs.story import Story, fold
from jobs.timeline import tell
from tests.unit.jobs.road.test_flapping import change, flapping_world
from tests.unit.webhook.pages.desk import Visit
from tests.world import World
from webhook.pages.headline import standing

SITE = Site(url="https://pgbaton.example.com")
HELD = "held: 3 leader changes in 10 min; applications stay at pg1 (read-only) although pg2 leads"


@pytest.fixture
def world() -> World:
    """pg2 has returned to the lead, and applications stay at pg1."""
    world = flapping_world()
    for leader in ("pg2", "pg1", "pg2"):
        change(world, leader)
    return world


def newest(world: World) -> str:
    return str(world.ledger.spans("shop", count=1)[0].incident)


def story(world: World) -> Story:
    told = fold(world.ledger.entries("shop"), newest(world))
    assert told is not None
    return told


def thread(world: World) -> Thread:
    hearing = Hearing.of(newest(world))
    for entry in world.ledger.entries("shop"):
        hearing.take(entry)
    told = hearing.told()
    assert told is not None
    return thread_of(told, SITE, now=world.clock.now() + 60)


def root(world: World) -> str:
    return "\n".join(read(thread(world).root))


def test_story_is_held_until_it_goes_on(world: World) -> None:
    """Its state says so, with the sentence; afterwards it is one of the alarms that there were."""
    assert story(world).hold is not None
    assert standing(story(world)) == "held"
    world.live_on(seconds=62)
    assert story(world).hold is None
    assert standing(story(world)) == "over"
    assert any(HELD in alarm.text for alarm in story(world).alarms)


def test_timeline_tells_begin_and_end(world: World) -> None:
    """One sentence each: what is held and what lifts it; why it goes on, and how long it lasted."""
    world.live_on(seconds=62)
    lines = [tell(entry).text for entry in world.ledger.entries("shop")]
    assert any(
        line.startswith(f"{HELD}. nothing, if pg2 keeps the lead for 60 s") for line in lines
    )
    assert "released after 60 s: pg2 has led for 60 s without a change" in lines


def test_slack_says_it_first_and_no_longer_than_it_lasts(world: World) -> None:
    """Red, with the reason in the first message; a reply for the hold, one for its end, then green."""
    assert "its return is held back" in root(world)
    assert f"Held up: {HELD.removeprefix('held: ')}" in root(world)
    assert thread(world).colour == RED
    assert [r.key.partition(":")[0] for r in thread(world).replies] == ["proof", "alarm"]
    world.live_on(seconds=62)
    assert "held" not in root(world).lower()
    assert thread(world).colour == GREEN
    sorts = [reply.key.partition(":")[0] for reply in thread(world).replies]
    assert sorts == ["proof", "alarm", "released", "end"]


def test_on_call_is_woken_and_told_when_it_goes_on(world: World) -> None:
    """Nobody should sleep through read-only applications: critical, under the incident's own id."""
    world.live_on(seconds=62)
    alerts = [a for e in world.ledger.entries("shop") if (a := raised_by("shop", e)) is not None]
    of_it = [a for a in alerts if a.key == newest(world)]
    [held] = [a for a in of_it if a.summary == HELD]
    assert (held.status, held.severity) == (Status.TRIGGERED, "critical")
    assert "pgbaton release shop" in held.remedy
    assert any(a.status is Status.UPDATED and "released after" in a.summary for a in of_it)


def test_pages_show_it_while_it_lasts(world: World) -> None:
    """The card of the cluster, and the incident's own page with both sentences."""
    visit = Visit(world=world)
    front = visit.page("/")
    assert "incident: a return is held back" in front
    assert "applications stay at pg1 (read-only) although pg2 leads" in front
    assert "open, a return is held back" in visit.page(f"/incidents/{newest(world)}")
    world.live_on(seconds=62)
    assert "held back" not in visit.page("/")
    why = "released after 60 s: pg2 has led for 60 s without a change"
    assert f"Mended:</strong> {why}" in visit.page(f"/incidents/{newest(world)}")
    assert f"| mended | {why} |" in visit.page(f"/incidents/{newest(world)}/report.md")
