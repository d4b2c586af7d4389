"""An isolation as people hear of it: in the thread, in alerts, in numbers, on the page."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from jobs.alert import raised_by
from jobs.slack.layout import Site
from jobs.slack.reading import read
from jobs.slack.tale import Hearing
from jobs.slack.thread import thread_of
from jobs.stopping import StopReply
from jobs.story import fold
from jobs.story.fact import fact_of
from jobs.timeline import tell
from tests.unit.jobs.road.test_isolation import settled, split
from tests.unit.webhook.pages.desk import Visit
from tests.world import World
from webhook.pages.flags import flags
from workers.metrics.trail import TrailMetrics


def replies(world: World) -> list[str]:
    """The thread of the second incident, reply by reply."""
    hearing = Hearing.of("shop-2")
    for entry in world.ledger.entries("shop"):
        hearing.take(entry)
    tale = hearing.told()
    assert tale is not None
    one = thread_of(tale, Site(), now=world.clock.now() + 1000)
    return [" ".join(read(reply.message)) for reply in one.replies]


def test_the_thread_says_who_is_isolated_and_how() -> None:
    """Two replies: it is begun, it is done; the steps between stand on the page."""
    world, _ = settled()
    split(world)
    world.work()
    said = [reply for reply in replies(world) if "solat" in reply]
    assert len(said) == 2
    assert "Isolating pg1, which accepts writes while pg2 leads." in said[0]
    assert "pg1 is isolated: PostgreSQL was stopped (fast)." in said[1]


def test_every_sentence_has_a_tone_that_pages_and_terminals_know() -> None:
    """Nothing shows a tone of its own for isolations."""
    world, _ = settled()
    split(world)
    world.work()
    tones = {tell(e).tone for e in world.ledger.entries("shop")}
    assert tones <= {"plain", "good", "bad", "quiet"}


def test_a_failure_is_told_once_as_an_alarm_that_wakes_somebody() -> None:
    """In the thread and to the on-call tool, with what lifts it; the page flags it."""
    world, members = settled()
    members.replies["pg1"] = StopReply(outcome="refused", reason="it leads", remedy="look at it")
    split(world)
    world.work()
    world.live_on(seconds=30)
    said = [reply for reply in replies(world) if "could not be isolated" in reply]
    assert len(said) == 1
    assert "look at it" in said[0]
    alerts = [a for e in world.ledger.entries("shop") if (a := raised_by("shop", e))]
    [alert] = [a for a in alerts if "could not be isolated" in a.summary]
    assert (alert.severity, alert.remedy) == ("critical", "look at it")
    words = [flag.word for flag in flags(world.ledger.state("shop"), (), None)]
    assert words[:2] == ["two writable primaries", "not isolated"]


def test_the_numbers_count_ends_and_the_story_its_hosts_alone() -> None:
    """A stale member is no target that follows: "2 of 2" stays what it says."""
    world, _ = settled()
    split(world)
    world.work()
    entries = list(world.ledger.entries("shop"))
    registry = CollectorRegistry()
    metrics = TrailMetrics(registry)
    for entry in entries:
        metrics.take("shop", fact_of(entry))
    labels = {"cluster": "shop", "outcome": "isolated"}
    assert registry.get_sample_value("pgbaton_isolations_total", labels) == 1
    for under_way in ("asked", "changing"):
        labels = {"cluster": "shop", "outcome": under_way}
        assert registry.get_sample_value("pgbaton_isolations_total", labels) is None
    story = fold(entries, "shop-2")
    assert story is not None
    assert [one.target for one in story.targets] == ["web1", "web2"]
    concluded = fact_of(next(e for e in entries if e.facts["id"] == "shop-2:concluded"))
    assert set(concluded.evidence["hosts"]) == {"web1", "web2"}


def test_page_and_post_mortem_say_who_was_isolated() -> None:
    """Beside the alarm that it ended: what is in that member's data directory alone is lost when it rejoins."""
    world, _ = settled()
    split(world)
    world.work()
    visit = Visit(world=world)
    text = "pg1 is isolated after 0.00 s: PostgreSQL was stopped (fast)"
    assert f"Mended:</strong> {text}" in visit.page("/incidents/shop-2")
    assert f"| mended | {text} |" in visit.page("/incidents/shop-2/report.md")
