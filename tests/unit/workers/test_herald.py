"""The watch's news become events whose ids repeat with the epoch, and wait for a webhook."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.claims import LeaderKey
from jobs.event import Event
from workers.etcd import Change, Resync
from workers.etcd.watch import Blind
from workers.herald import Herald, news_events
from workers.sender import Delivered, Outcome, Undelivered

KEY = LeaderKey(member="pg2", epoch=42, lease=1)


@dataclass
class Sender:
    """Answers what it is told to, and keeps what was sent."""

    answers: list[Outcome] = field(default_factory=list)
    sent: list[Event] = field(default_factory=list)

    def send(self, event: Event) -> Outcome:
        self.sent.append(event)
        return self.answers.pop(0) if self.answers else Delivered(url="http://x", repeated=False)


def one(change: Change) -> Event:
    [event] = news_events(change, sender="watch")
    return event


def test_two_watches_tell_the_same_leadership_by_the_same_id() -> None:
    """A change and a resync of one epoch have one id, so the webhook takes it once."""
    change = one(Change(cluster="shop.eu", leader=KEY, revision=42))
    [resync] = news_events(Resync(reason="start", leaders={"shop.eu": KEY}), sender="watch")
    assert change.id == resync.id
    assert "." not in change.id
    assert change.data == {"member": "pg2", "epoch": 42}


def test_lost_leader_is_an_event_of_its_own() -> None:
    """A deleted key is told with the revision at which it went."""
    gone = one(Change(cluster="shop", leader=None, revision=50))
    assert gone.id.endswith("gone-50")


def test_blindness_is_no_event() -> None:
    """What the watch cannot see is the clock's to find."""
    assert list(news_events(Blind(reason="no quorum", remedy=""), sender="watch")) == []


def test_newest_word_replaces_the_untold_one() -> None:
    """Of two untold events of a cluster only the newer is worth telling."""
    herald = Herald(sender := Sender())
    herald.tell(one(Change(cluster="shop", leader=None, revision=41)))
    herald.tell(one(Change(cluster="shop", leader=KEY, revision=42)))
    assert herald.deliver_next()
    assert [e.id[-6:] for e in sender.sent] == ["led-42"]


def test_undelivered_event_is_kept_and_tried_again() -> None:
    """A webhook that is away loses nothing."""
    herald = Herald(sender := Sender(answers=[Undelivered(reasons=("refused",))]))
    herald.tell(one(Change(cluster="shop", leader=KEY, revision=42)))
    assert not herald.deliver_next()
    assert herald.deliver_next()
    assert len({e.id for e in sender.sent}) == 1
