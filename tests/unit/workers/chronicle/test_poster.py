"""A thread tells its incident once, in order, whatever happens to Slack."""

from __future__ import annotations

from copy import copy

import pytest

from jobs.slack.layout import GREEN, RED
from jobs.slack.reading import read
from tests.unit.workers.chronicle.nights import NIGHTS, SORTS
from tests.unit.workers.chronicle.stage import Stage, settled


@pytest.mark.parametrize("night", NIGHTS)
def test_each_night_has_one_thread_that_ends_green(night: str) -> None:
    """Its replies are few, in order, and of the sorts that the night is made of."""
    stage = settled()
    stage.lives_through(NIGHTS[night])
    stage.run(15)
    assert stage.root("shop-2").message.colour == GREEN
    assert stage.replies("shop-2") == SORTS[night]
    stage.check()


@pytest.mark.parametrize("night", NIGHTS)
def test_slack_down_for_a_whole_night_is_made_up_in_order(night: str) -> None:
    """What people read afterwards is what they would have read, message by message."""
    live, late = settled(), settled()
    live.lives_through(NIGHTS[night])
    late.slack.break_down()
    late.lives_through(NIGHTS[night])
    late.run(30)
    assert len(late.slack.said) < len(live.slack.said)
    late.slack.recover()
    for stage in (live, late):
        stage.run(120)
        stage.check()
    assert late.told() == live.told()


def test_nothing_is_posted_where_nothing_happens() -> None:
    """A cluster at rest costs one look at the heads, and no call to Slack."""
    stage = Stage()
    stage.run(30)
    assert stage.slack.calls == {}


def test_two_chronicles_are_one_voice() -> None:
    """Only who holds the lease posts; the other goes on where it stopped."""
    stage = settled()
    other = stage.fresh("two")
    stage.world.fail_over("pg2")
    stage.world.settle()
    for _ in range(20):
        stage.poster.tick()
        other.tick()
        stage.world.clock.pass_by(0.5)
    stage.world.fail_over("pg3")
    stage.world.settle()
    for _ in range(200):
        other.tick()
        stage.world.clock.pass_by(0.5)
    assert stage.replies("shop-2") == stage.replies("shop-3") == SORTS["switchover"]
    stage.check()


def test_a_chronicle_that_slept_reads_anew_what_another_one_said() -> None:
    """It holds the lease again without having noticed that it lost it: nothing is said twice."""
    stage = settled()
    other = stage.fresh("two")
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.world.clock.pass_by(46)
    for _ in range(200):
        other.tick()
        stage.world.clock.pass_by(0.5)
    stage.world.clock.pass_by(46)
    stage.run(60)
    assert stage.replies("shop-2") == SORTS["switchover"]
    stage.check()


def test_what_ended_long_ago_is_not_told() -> None:
    """A first start, or one after days, tells the last day and what is open; no more."""
    stage = Stage()
    stage.world.settle()
    stage.world.clock.pass_by(25 * 3600)
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.run(30)
    assert [one.key.partition("@")[0] for one in stage.slack.roots] == ["shop-2"]


def test_an_incident_that_is_open_for_days_is_told_at_a_first_start() -> None:
    """However long ago it opened."""
    stage = Stage()
    stage.world.dcs.delete_leader("shop")
    stage.world.settle()
    stage.world.clock.pass_by(3 * 86_400)
    stage.run(10)
    assert stage.root("shop-1").message.colour == RED


def test_forgotten_memory_is_made_up_from_slack_itself() -> None:
    """With all that was remembered gone, nothing that stands is said again."""
    stage = settled()
    stage.lives_through(NIGHTS["two primaries"])
    stage.run(15)
    before = stage.told()
    stage.world.ledger.texts.clear()
    stage.poster = stage.fresh()
    stage.run(60)
    assert stage.told() == before


def test_an_acknowledgement_of_what_is_over_is_told_in_its_thread() -> None:
    """An hour later, in another process: the old thread is found again."""
    stage = settled()
    stage.lives_through(NIGHTS["switchover"])
    stage.run(120)
    stage.world.clock.pass_by(3600)
    stage.poster = stage.fresh()
    stage.run(5)
    draft = {"by": "dba", "note": "it was the planned one"}
    stage.acknowledge("shop-2", **draft)
    stage.run(10)
    assert stage.replies("shop-2") == ["proof", "end", "ack"]
    assert "dba" in " ".join(read(stage.root("shop-2").message))
    stage.check()


def test_redis_away_is_waited_out() -> None:
    """Nothing is posted without the intent being kept, and nothing is lost."""
    stage = settled()
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.world.ledger.break_down()
    posted = dict(stage.slack.calls)
    stage.run(30)
    assert stage.slack.calls == posted
    stage.world.ledger.recover()
    stage.run(30)
    assert stage.replies("shop-2") == SORTS["switchover"]
    stage.check()


@pytest.mark.parametrize("seen", ["shorter", "longer"])
def test_entries_that_redis_lost_are_no_progress_of_those_that_came_instead(seen: str) -> None:
    """After a failover of Redis an incident's number comes again: both threads are told, each whole,
    whether the trail is first seen while it is shorter than before, or longer by then."""
    stage = settled()
    chain = stage.world.ledger.store.of("shop").chain
    kept, ids, spans = list(chain.entries), set(chain.seen), dict(chain.spans)
    before = copy(stage.world.ledger.store.memories["shop"])
    stage.lives_through(NIGHTS["switchover"])
    stage.run(10)
    chain.entries, chain.seen, chain.spans = kept, ids, spans
    stage.world.ledger.store.memories["shop"] = before
    stage.world.clock.pass_by(5)
    step = stage.run if seen == "shorter" else stage.world.clock.pass_by
    NIGHTS["machine lost"](stage.world, step)
    stage.run(60)
    roots = [one for one in stage.slack.roots if one.key.startswith("shop-2@")]
    threads = [stage.slack.thread(one.ts)[1:] for one in roots]
    sorts = [[o.key.partition("/")[2].partition(":")[0] for o in thread] for thread in threads]
    assert sorts == [SORTS["switchover"], SORTS["machine lost"]]
