"""The watch's news become events whose ids repeat with the epoch; the newest word waits."""

from __future__ import annotations

from jobs.claims import LeaderKey
from jobs.event import Event
from workers.etcd import Change, Resync
from workers.etcd.watch import Blind
from workers.rumours import Rumours, news_events

KEY = LeaderKey(member="pg2", epoch=42, lease=1)


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


def test_an_epoch_that_is_given_out_again_is_another_event() -> None:
    """A restored etcd counts from before: what the webhook heard under this epoch was another lease's."""
    again = LeaderKey(member="pg3", epoch=42, lease=2)
    told = [one(Change(cluster="shop", leader=key, revision=42)).id for key in (KEY, again)]
    assert len(set(told)) == 2


def test_lost_leader_is_an_event_of_its_own() -> None:
    """A deleted key is told with the revision at which it went."""
    gone = one(Change(cluster="shop", leader=None, revision=50))
    assert gone.id.endswith("gone-50")


def test_blindness_is_no_event() -> None:
    """What the watch cannot see is the clock's to find."""
    assert list(news_events(Blind(reason="no quorum", remedy=""), sender="watch")) == []


def test_newest_word_replaces_the_untold_one() -> None:
    """Of two untold events of a cluster only the newer is worth telling."""
    rumours = Rumours()
    rumours.put(one(Change(cluster="shop", leader=None, revision=41)))
    rumours.put(newest := one(Change(cluster="shop", leader=KEY, revision=42)))
    assert rumours.first() == newest
    rumours.done(newest)
    assert rumours.first() is None


def test_a_word_that_was_overtaken_on_its_way_leaves_the_newer_one() -> None:
    """What is told meanwhile waits for its own turn."""
    rumours = Rumours()
    rumours.put(old := one(Change(cluster="shop", leader=None, revision=41)))
    rumours.put(newest := one(Change(cluster="shop", leader=KEY, revision=42)))
    rumours.done(old)
    assert rumours.first() == newest
