"""What Slack may do to a thread, and how little of it people notice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from jobs.ports import Barred, Later, Lost, Posted, Unfit
from jobs.remote import HostFailure
from jobs.slack.message import Message
from jobs.slack.reading import read
from tests.fakes.messenger import FakeMessenger
from tests.unit.workers.chronicle.nights import NIGHTS, SORTS, machine_lost, person_acknowledges
from tests.unit.workers.chronicle.stage import settled
from workers.chronicle.trouble import NAME


def test_told_to_wait_it_waits_for_the_whole_channel() -> None:
    """After a 429 nothing at all is asked before its time has come; a storm of them loses nothing."""
    stage = settled()
    stage.slack.limit(30, times=1)
    stage.lives_through(NIGHTS["switchover"])
    before = dict(stage.slack.calls)
    stage.run(25)
    assert stage.slack.calls == before
    stage.slack.limit(2, times=6)
    stage.run(400)
    assert stage.replies("shop-2") == SORTS["switchover"]
    stage.check()


def test_no_second_holds_two_messages() -> None:
    """A channel takes one message a second, however much there is to tell."""
    stage = settled()
    stage.slack.break_down()
    stage.lives_through(NIGHTS["leaderless"])
    stage.slack.recover()
    stage.run(120)
    instants = [float(one.ts) for one in stage.slack.said]
    assert min(b - a for a, b in pairwise(instants)) >= 1.0


def test_an_unreachable_slack_is_asked_more_and_more_seldom() -> None:
    """Ten minutes of silence cost some dozen tries, and are told to pages and alert route after one."""
    stage = settled()
    before = sum(stage.slack.calls.values())
    stage.slack.break_down()
    stage.lives_through(NIGHTS["switchover"])
    stage.run(600)
    assert 8 <= sum(stage.slack.calls.values()) - before <= 20
    trouble = json.loads(stage.world.ledger.texts[NAME])
    assert "cannot be reached" in trouble["reason"]
    stage.slack.recover()
    stage.run(70)
    assert stage.world.ledger.texts[NAME] == ""


def test_a_revoked_token_is_told_and_looked_at_once_a_minute() -> None:
    """Nothing hammers Slack; once a person has mended it, everything is made up."""
    stage = settled()
    stage.slack.bar("token_revoked", "make a new token")
    before = sum(stage.slack.calls.values())
    stage.lives_through(NIGHTS["switchover"])
    stage.run(300)
    assert sum(stage.slack.calls.values()) - before <= 6
    assert json.loads(stage.world.ledger.texts[NAME])["remedy"] == "make a new token"
    stage.slack.recover()
    stage.run(90)
    assert stage.replies("shop-2") == SORTS["switchover"]
    assert stage.world.ledger.texts[NAME] == ""


def test_a_lost_answer_is_looked_up_before_anything_is_said_twice() -> None:
    """The message stood, and nobody was told so: Slack itself is asked."""
    stage = settled()
    stage.slack.lose_answers(4)
    stage.lives_through(machine_lost)
    stage.run(60)
    assert stage.replies("shop-2") == SORTS["machine lost"]
    stage.check()


def test_a_deleted_root_is_made_anew_and_says_so() -> None:
    """Replies go on below the new one; those that went with the old one are not repeated."""
    stage = settled()
    web2 = stage.world.hosts.at("10.0.1.2")
    web2.down = HostFailure(kind="unreachable", reason="no route", remedy="")
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.run(10)
    old = stage.root("shop-2").ts
    stage.slack.delete(old)
    web2.down = None
    stage.world.live_on(seconds=90)
    stage.run(40)
    root = stage.slack.roots[-1]
    assert root.key.endswith("#2")
    assert any("was deleted" in line for line in read(root.message))
    sorts = [one.key.partition("/")[2].partition(":")[0] for one in stage.slack.thread(root.ts)]
    assert sorts == ["", "end"]


def test_a_closed_edit_window_turns_states_into_replies() -> None:
    """It is said once that edits are over, with the state; what changes afterwards is a reply."""
    stage = settled()
    stage.slack.window_closed = True
    stage.lives_through(NIGHTS["machine lost"])
    stage.run(30)
    assert stage.replies("shop-2") == ["verdict", "alarm", "state", "proof", "end"]
    frozen = next(one for one in stage.slack.said if "/state:" in one.key)
    assert "no longer lets" in " ".join(read(frozen.message))
    assert stage.slack.calls["edit"] == 1
    stage.check()


def test_a_message_that_slack_never_takes_blocks_nothing() -> None:
    """It is left out, and what follows is told."""
    stage = settled()
    stage.lives_through(lambda world, _: NIGHTS["switchover"](world, lambda _s: None))
    stage.run(0.5)
    stage.slack.upcoming.append(Unfit(reason="invalid_blocks"))
    stage.run(10)
    assert stage.replies("shop-2") == ["end"]


def test_who_deletes_every_root_is_left_in_peace() -> None:
    """After five roots of one incident nothing more is posted of it."""
    stage = settled()
    stage.world.witness.down.add("pg1")
    stage.world.dcs.delete_leader("shop")
    stage.world.settle()
    for _ in range(60):
        stage.run(2)
        for one in [o for o in stage.slack.roots if o.key.startswith("shop-2@")]:
            stage.slack.delete(one.ts)
        person = f"still here at {stage.world.clock.now()}"
        person_acknowledges(stage.world, person)
    posted = stage.slack.calls["post"]
    stage.run(60)
    assert stage.slack.calls["post"] == posted
    assert posted < 30


def test_a_root_that_vanished_while_it_was_looked_for() -> None:
    """Lost while a thread is read back: a new root, no endless question."""
    stage = settled()
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.run(0.5)
    stage.slack.lose_answers(1)
    stage.run(1.5)
    stage.slack.upcoming.append(Lost(kind="message-not-found", reason="thread_not_found"))
    stage.run(30)
    assert [o.key for o in stage.slack.roots][-1].endswith("#2")


def test_who_may_not_read_the_channel_may_still_post() -> None:
    """A missing scope is told; only what is in doubt waits for it, and no other incident."""
    stage = settled()
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.slack.lose_answers(1)
    stage.run(1)
    missing = Barred(reason="missing_scope", remedy="add channels:history")
    blind = Blind(stage.slack, missing)
    stage.poster.messenger = blind
    stage.run(5)
    stage.world.fail_over("pg3")
    stage.world.settle()
    stage.run(20)
    assert stage.replies("shop-3") == SORTS["switchover"]
    assert stage.replies("shop-2") == []
    assert json.loads(stage.world.ledger.texts[NAME])["remedy"] == "add channels:history"
    blind.refusal = None
    stage.run(70)
    assert stage.replies("shop-2") == SORTS["switchover"]
    assert stage.world.ledger.texts[NAME] == ""
    stage.check()


@dataclass(slots=True)
class Blind:
    """A Slack that lets us post, and not read."""

    slack: FakeMessenger
    refusal: Barred | None

    def post(
        self, message: Message, *, key: str, thread: str | None = None
    ) -> Posted | Later | Lost | Barred | Unfit:
        return self.slack.post(message, key=key, thread=thread)

    def edit(
        self, ts: str, message: Message, *, key: str
    ) -> Posted | Later | Lost | Barred | Unfit:
        return self.slack.edit(ts, message, key=key)

    def written(
        self, *, thread: str | None = None, since: float = 0
    ) -> Mapping[str, str] | Later | Lost | Barred:
        return self.refusal or self.slack.written(thread=thread, since=since)
