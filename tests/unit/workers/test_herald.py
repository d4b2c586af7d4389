"""The herald tells what waits, and does not give up where no webhook answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from jobs.event import OPERATOR, Event
from workers.herald import Herald
from workers.sender import Delivered, Outcome, Rejected, Undelivered


@dataclass
class Sender:
    """Answers what it is told to, and keeps what was sent."""

    answers: list[Outcome] = field(default_factory=list)
    sent: list[Event] = field(default_factory=list)

    def send(self, event: Event) -> Outcome:
        self.sent.append(event)
        return self.answers.pop(0) if self.answers else Delivered(url="http://x", repeated=False)


@dataclass
class Box:
    """An outbox that is a list."""

    waiting: list[Event] = field(default_factory=list)

    def first(self) -> Event | None:
        return self.waiting[0] if self.waiting else None

    def done(self, event: Event) -> None:
        self.waiting.remove(event)


def event(id_: str) -> Event:
    return Event(id=id_, type=OPERATOR, sender="x", cluster="shop", time=None, data={})


def test_undelivered_event_is_kept_and_tried_again() -> None:
    """A webhook that is away loses nothing."""
    box, sender = Box([event("1")]), Sender([Undelivered(reasons=("refused",))])
    herald = Herald(sender, box)
    assert not herald.deliver_next()
    assert herald.deliver_next()
    assert [e.id for e in sender.sent] == ["1", "1"]
    assert box.waiting == []


def test_what_will_never_do_holds_up_nobody() -> None:
    """A webhook that refuses an event for good is believed, and the next one is told."""
    box = Box([event("1"), event("2")])
    herald = Herald(sender := Sender([Rejected(url="http://x", status=403, detail="no")]), box)
    assert herald.deliver_next()
    assert herald.deliver_next()
    assert [e.id for e in sender.sent] == ["1", "2"]


def test_the_newest_is_told_at_every_try() -> None:
    """What waited may be something else by the time a webhook is back."""
    box, sender = Box([event("old")]), Sender([Undelivered(reasons=("refused",))])
    herald = Herald(sender, box)
    assert not herald.deliver_next()
    box.waiting = [event("new")]
    assert herald.deliver_next()
    assert [e.id for e in sender.sent] == ["old", "new"]


def test_a_sleeping_herald_is_woken() -> None:
    """Nothing waits at first; what is put in later is told at once."""
    box, sender = Box(), Sender()
    herald = Herald(sender, box)
    thread = threading.Thread(target=herald.deliver_next, daemon=True)
    thread.start()
    box.waiting.append(event("1"))
    herald.wake()
    thread.join(timeout=5)
    assert [e.id for e in sender.sent] == ["1"]


@pytest.mark.parametrize("answers", [[], [Undelivered(reasons=("refused",))] * 50])
def test_a_herald_that_is_ended_stops_waiting(answers: list[Outcome]) -> None:
    """For something to tell, and for a webhook that is away."""
    herald = Herald(Sender(list(answers)), Box([event("1")] if answers else []))
    thread = threading.Thread(target=herald.deliver_for_ever, daemon=True)
    thread.start()
    herald.end()
    thread.join(timeout=5)
    assert not thread.is_alive()
