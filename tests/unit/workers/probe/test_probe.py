"""The probe over fakes: what it tells, once, and what outages, restarts and rivals change about that."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

import pytest

from jobs.ports import LedgerUnavailable
from tests.fakes.hosts import WorkerDied
from tests.unit.workers.probe.desk import Desk, stands


@pytest.fixture
def desk() -> Desk:
    """A probe that has polled once."""
    desk = Desk()
    assert desk.poll() == []
    return desk


def test_the_first_sight_is_told_to_nobody() -> None:
    """Nothing changed: every node that is down would be an event at every first start."""
    desk = Desk()
    desk.events.happen("linode_shutdown", "pg1")
    desk.clock.pass_by(3600)
    assert desk.poll() == []
    assert desk.poll() == []


def test_a_flip_is_told_once(desk: Desk) -> None:
    """And the way back as well."""
    desk.turn(pg1="DOWN", pg2="UP")
    assert desk.poll() == [
        "NodeBalancer front: pg1 is DOWN (was UP)",
        "NodeBalancer front: pg2 is UP (was DOWN)",
    ]
    assert desk.poll() == []
    desk.turn(pg1="UP")
    assert desk.poll() == ["NodeBalancer front: pg1 is UP (was DOWN)"]
    assert desk.webhook.repeated == []


def test_an_event_of_linode_is_told_once(desk: Desk) -> None:
    """In each of its statuses."""
    reboot = desk.events.happen("host_reboot", "shop-db-3")
    assert desk.poll() == ["Linode: host_reboot of pg3 (started)"]
    desk.events.become(reboot, "finished")
    assert desk.poll(seconds=600) == ["Linode: host_reboot of pg3 (finished)"]
    assert desk.poll() == []
    assert desk.webhook.repeated == []


def test_a_restart_repeats_nothing(desk: Desk) -> None:
    """Neither what was told before, nor what stood before the first start."""
    desk.turn(pg1="DOWN")
    desk.events.happen("linode_shutdown", "pg1", status="finished")
    assert len(desk.poll()) == 2
    desk.restart()
    assert desk.poll() == []
    assert desk.webhook.repeated == []


def test_what_happened_while_nobody_watched_is_told(desk: Desk) -> None:
    """A probe that was away tells what is another now, and Linode's events since."""
    desk.turn(pg1="DOWN")
    desk.events.happen("linode_shutdown", "pg1", status="finished")
    desk.restart()
    assert desk.poll() == [
        "NodeBalancer front: pg1 is DOWN (was UP)",
        "Linode: linode_shutdown of pg1 (finished)",
    ]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_remembering_loses_and_doubles_nothing(
    desk: Desk, when: Literal["before", "after"]
) -> None:
    """What is told again is told under the same id, so that the webhook takes it once."""
    desk.turn(pg1="DOWN")
    desk.events.happen("linode_shutdown", "pg1", status="finished")
    desk.clock.pass_by(5)
    desk.probe.tick()
    desk.ledger.fail(1, when, WorkerDied())
    with pytest.raises(WorkerDied):
        desk.deliver(desk.probe)
    assert desk.webhook.told() == ["NodeBalancer front: pg1 is DOWN (was UP)"]
    desk.restart()
    assert desk.poll() == ["Linode: linode_shutdown of pg1 (finished)"]
    assert len(desk.webhook.repeated) == (1 if when == "before" else 0)
    assert desk.poll() == []


def test_while_no_webhook_answers_the_newest_word_waits(desk: Desk) -> None:
    """Of a node the last status alone, of Linode's events each, in order."""
    desk.webhook.away = True
    desk.turn(pg1="DOWN", pg2="UP")
    desk.events.happen("linode_shutdown", "pg1")
    desk.poll()
    desk.turn(pg1="unknown", pg2="DOWN")
    desk.events.happen("linode_boot", "pg1")
    desk.poll()
    desk.webhook.away = False
    assert desk.poll() == [
        "NodeBalancer front: pg1 is unknown (was UP)",
        "Linode: linode_shutdown of pg1 (started)",
        "Linode: linode_boot of pg1 (started)",
    ]


def test_what_no_webhook_took_is_told_after_a_restart(desk: Desk) -> None:
    """Only what was taken is remembered."""
    desk.webhook.away = True
    desk.turn(pg1="DOWN")
    desk.events.happen("linode_shutdown", "pg1")
    desk.poll()
    desk.webhook.away = False
    desk.restart()
    assert len(desk.poll()) == 2


def test_what_a_webhook_refuses_for_good_is_not_offered_for_ever(desk: Desk) -> None:
    """A cluster that is not the probe's to speak of must not hold up the others."""
    desk.webhook.refuses = True
    desk.turn(pg1="DOWN")
    desk.poll()
    desk.webhook.refuses = False
    desk.turn(db1="DOWN")
    assert desk.poll() == ["NodeBalancer other: db1 is DOWN (was UP)"]


def test_an_outage_of_the_api_is_no_news(desk: Desk) -> None:
    """Unknown is neither UP nor DOWN; what changed meanwhile is told afterwards, once."""
    desk.linode.break_down()
    desk.events.unavailable = desk.linode.unavailable
    desk.turn(pg1="DOWN")
    desk.events.happen("host_reboot", "pg1", status="finished")
    for _ in range(20):
        assert desk.poll() == []
    desk.heal()
    assert desk.poll() == [
        "NodeBalancer front: pg1 is DOWN (was UP)",
        "Linode: host_reboot of pg1 (finished)",
    ]


def test_one_half_of_the_api_that_fails_leaves_the_other(desk: Desk) -> None:
    """A token without events:read_only still watches the nodes."""
    desk.linode.break_down("Linode answers 401", 401)
    desk.events.unavailable, desk.linode.unavailable = desk.linode.unavailable, None
    desk.turn(pg1="DOWN")
    assert desk.poll() == ["NodeBalancer front: pg1 is DOWN (was UP)"]


def test_a_refused_token_is_not_tried_at_every_poll(desk: Desk) -> None:
    """Once a minute is enough to see that somebody mended it."""
    desk.linode.break_down("Linode answers 401", 401)
    desk.events.unavailable = desk.linode.unavailable
    before = len(desk.events.asked)
    for _ in range(24):
        desk.poll()
    assert len(desk.events.asked) - before <= 3


def test_retry_after_is_honoured_for_everything(desk: Desk) -> None:
    """A 429 is the whole token's: nothing is asked until it is over."""
    desk.limit(42)
    desk.poll()
    asked = desk.linode.reads + len(desk.events.asked)
    desk.heal()
    for _ in range(8):
        desk.poll()
    assert desk.linode.reads + len(desk.events.asked) == asked
    desk.turn(pg1="DOWN")
    assert desk.poll() == ["NodeBalancer front: pg1 is DOWN (was UP)"]


def test_a_429_without_a_word_is_waited_out_too(desk: Desk) -> None:
    """Fifteen seconds, rather than the next poll."""
    desk.limit(None)
    desk.poll()
    asked = desk.linode.reads
    desk.heal()
    desk.poll()
    desk.poll()
    assert desk.linode.reads == asked
    desk.poll()
    assert desk.linode.reads > asked


def test_a_balancer_that_is_deleted_is_told_and_found_again(desk: Desk) -> None:
    """A 404 has the label looked up at once; the new one has another id, and the same label."""
    desk.remove(1)
    assert desk.poll() == ["NodeBalancer front: it is gone at Linode"]
    assert desk.poll(seconds=35) == []
    desk.linode.put(replace(stands(1, "nb-shop", pg1="UP", pg2="UP", pg3="DOWN"), id=7))
    assert desk.poll(seconds=35) == [
        "NodeBalancer front: it is there again",
        "NodeBalancer front: pg2 is UP (was DOWN)",
    ]


def test_a_node_that_vanishes_and_comes_back_is_told(desk: Desk) -> None:
    """Linode drops the node of a deleted machine without asking."""
    kept = desk.linode.found[1]
    desk.drop_node(1, "pg3")
    assert desk.poll() == ["NodeBalancer front: pg3 is gone (was DOWN)"]
    desk.linode.put(kept)
    assert desk.poll() == ["NodeBalancer front: pg3 is a node now, DOWN"]


def test_of_two_probes_one_acts(desk: Desk) -> None:
    """The other does not even ask Linode; when the first is gone it goes on where that one was."""
    other = desk.another("two")
    asked = desk.linode.reads
    other.tick()
    assert desk.linode.reads == asked
    desk.turn(pg1="DOWN")
    assert len(desk.poll()) == 1
    desk.turn(pg2="UP")
    desk.clock.pass_by(20)
    other.tick()
    desk.deliver(other)
    assert desk.webhook.told() == ["NodeBalancer front: pg2 is UP (was DOWN)"]
    assert desk.poll() == []
    assert desk.webhook.repeated == []


def test_a_probe_that_lost_its_lease_tells_nothing(desk: Desk) -> None:
    """It hung for a minute with news in its hands; whoever took over tells them."""
    desk.webhook.away = True
    desk.turn(pg1="DOWN")
    desk.poll()
    desk.clock.pass_by(60)
    assert desk.probe.untold.first() is None


def test_a_probe_that_leaves_lets_the_next_one_act_at_once(desk: Desk) -> None:
    """A restart is not paid for with the rest of a lease."""
    desk.probe.leave()
    desk.turn(pg1="DOWN")
    desk.probe = desk.another("two")
    assert desk.poll() == ["NodeBalancer front: pg1 is DOWN (was UP)"]


def test_redis_away_is_waited_out(desk: Desk) -> None:
    """Without its lease the probe rests; what changed meanwhile is told when Redis is back."""
    desk.ledger.break_down()
    desk.turn(pg1="DOWN")
    for _ in range(5):
        assert desk.poll() == []
    desk.ledger.recover()
    assert desk.poll() == ["NodeBalancer front: pg1 is DOWN (was UP)"]


def test_what_redis_could_not_remember_is_offered_again(desk: Desk) -> None:
    """The webhook took it while Redis refused the probe: with the next poll it is remembered."""
    desk.turn(pg1="DOWN")
    desk.clock.pass_by(5)
    desk.probe.tick()
    desk.ledger.fail(1, "before", LedgerUnavailable("Redis is full"))
    desk.deliver(desk.probe)
    desk.webhook.told()
    desk.poll()
    desk.restart()
    assert desk.poll() == []
    assert desk.webhook.repeated == []


def test_memory_that_cannot_be_read_is_a_first_start(desk: Desk) -> None:
    """Another version's text, say: silence rather than a traceback."""
    desk.ledger.texts = dict.fromkeys(desk.ledger.texts, json.dumps({"version": 9}))
    desk.turn(pg1="DOWN")
    desk.restart()
    assert desk.poll() == []
    desk.turn(pg1="UP")
    assert desk.poll() == ["NodeBalancer front: pg1 is UP (was DOWN)"]


def test_a_label_is_looked_up_every_few_minutes_only(desk: Desk) -> None:
    """In an hour: twelve times, and a poll every five seconds."""
    desk.linode.lookups.clear()
    desk.linode.polls.clear()
    for _ in range(720):
        desk.poll()
    assert len(desk.linode.lookups) == 2 * 12
    assert len(desk.linode.lookups) + len(desk.linode.polls) == 2 * 720
    assert len(desk.events.asked) == 721
