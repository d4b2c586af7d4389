"""Through an incoming webhook: opened, loud, concluded, each a message by itself."""

from __future__ import annotations

import pytest

from jobs.ports import Barred, Later, Unfit
from jobs.slack.alone import REPEATED
from jobs.slack.limits import mistakes
from jobs.slack.message import Message
from tests.fakes.messenger import FakeCrier
from tests.unit.workers.chronicle.crowd import Crowd
from tests.unit.workers.chronicle.nights import NIGHTS
from tests.unit.workers.chronicle.stage import EVERY
from tests.world import World, make_world
from workers.chronicle.books import Books
from workers.chronicle.crying import Crying


class Street:
    """A world, and somebody who cries what happens in it."""

    def __init__(self) -> None:
        self.world: World = make_world()
        self.crier = FakeCrier()
        self.crying = self.fresh()
        self.world.settle()
        self.run(5)
        self.crier.said.clear()

    def fresh(self) -> Crying:
        books = Books(
            ledger=self.world.ledger,
            clock=self.world.clock,
            holder="one",
            name="slack:webhook",
            clusters=("shop",),
        )
        return Crying(books=books, crier=self.crier)

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds / EVERY)):
            self.crying.tick()
            self.world.clock.pass_by(EVERY)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.crier.said]


@pytest.fixture
def street() -> Street:
    return Street()


def test_a_night_is_few_messages(street: Street) -> None:
    """What opened, each alarm with the incident's name, and how it ended; each once."""
    NIGHTS["machine lost"](street.world, street.run)
    street.run(10)
    opened, alarm, ended = street.crier.said
    assert "no leader is proven" in opened.text
    assert alarm.text.startswith("shop-2: ")
    assert "pg1 → pg2: concluded" in ended.text
    assert not [m for one in street.crier.said for m in mistakes(one)]
    street.run(300)
    assert len(street.crier.said) == 3


def test_what_is_over_when_slack_is_back_is_one_message(street: Street) -> None:
    """Its outcome, and none of what led there."""
    street.crier.answer = Later(seconds=1, reason="hooks.slack.com cannot be reached")
    NIGHTS["host fails"](street.world, street.run)
    street.crier.answer = None
    street.run(100)
    assert len(street.crier.said) == 1
    assert "concluded" in street.texts[0]


def test_what_may_have_been_said_is_said_again_and_says_so(street: Street) -> None:
    """Nothing can be looked up."""
    street.world.dcs.delete_leader("shop")
    street.world.settle()
    street.crier.answer = Later(seconds=1, reason="no answer", doubtful=True)
    street.run(5)
    street.crier.answer = None
    street.run(60)
    assert [REPEATED in text for text in street.texts] == [True]


def test_a_dead_process_repeats_one_message_at_most(street: Street) -> None:
    """The intent was kept, the outcome was not."""
    street.world.dcs.delete_leader("shop")
    street.world.settle()
    street.world.ledger.fail(5, "before", RuntimeError("killed"))
    for _ in range(60):
        try:
            street.run(1)
        except RuntimeError:
            street.crying = street.fresh()
    assert 1 <= len(street.crier.said) <= 2
    assert all(REPEATED in text for text in street.texts[1:])


def test_a_revoked_address_is_told_and_waited_for(street: Street) -> None:
    """Looked at once a minute; then everything follows."""
    street.crier.answer = Barred(reason="no_service", remedy="make another webhook")
    street.world.dcs.delete_leader("shop")
    street.world.settle()
    street.run(30)
    assert "make another webhook" in street.world.ledger.texts["slack:trouble"]
    street.crier.answer = None
    street.run(70)
    assert len(street.crier.said) == 1
    assert street.world.ledger.texts["slack:trouble"] == ""


def test_a_message_that_is_never_taken_blocks_nothing(street: Street) -> None:
    """It is left out."""
    street.world.dcs.delete_leader("shop")
    street.world.settle()
    street.crier.answer = Unfit(reason="invalid_blocks")
    street.run(2)
    street.crier.answer = None
    street.world.fail_over("pg2")
    street.world.settle()
    street.run(10)
    assert [isinstance(one, Message) for one in street.crier.said] == [True]


def test_forty_incidents_after_an_outage_are_six_messages() -> None:
    """Five have their own, 35 share one; the open one goes first, and its end is told."""
    names = [f"c{n}" for n in range(1, 41)]
    crowd = Crowd(names)
    crier = FakeCrier(answer=Later(seconds=1, reason="hooks.slack.com cannot be reached"))
    crying = Crying(books=crowd.poster.books, crier=crier)
    crying.tick()
    for cluster in names:
        crowd.opens(cluster)
        if cluster != "c40":
            crowd.ends(cluster)
    for seconds in range(400):
        crier.answer = crier.answer if seconds < 100 else None
        crying.tick()
        crowd.clock.pass_by(1)
    assert len(crier.said) == 6
    assert "35 further incidents: 0 open, 35 concluded" in crier.said[0].text
    crowd.ends("c40")
    for _ in range(10):
        crying.tick()
        crowd.clock.pass_by(1)
    assert len(crier.said) == 7
    assert not [m for one in crier.said for m in mistakes(one)]
