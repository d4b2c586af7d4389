from collections.abc import Sequence

import pytest

from jobs.audit import Draft, Kind
from jobs.event import Event
from jobs.ports import LedgerUnavailable
from tests.fakes.ledger import FakeLedger
from webhook.durable import DurableRecorder

EVENT = Event(id="1", type="t", sender="s", cluster="orders", time=None, data={})


def draft(number: int) -> Draft:
    return Draft(id=str(number), kind=Kind.EVENT)


class Store:
    """A ledger and what its store says of itself, at a time set by hand."""

    def __init__(self) -> None:
        self.ledger, self.says, self.asked, self.now = FakeLedger(), list[str](), 0, 0.0
        self.silent = False
        self.recorder = DurableRecorder(
            ledger=self.ledger, ready=self.ready, monotonic=lambda: self.now
        )

    def ready(self) -> Sequence[str]:
        self.asked += 1
        if self.silent:
            raise LedgerUnavailable("Redis cannot be reached")
        return list(self.says)


def test_a_store_that_forgets_hears_nothing() -> None:
    """No event is acknowledged that a crash could lose; the refusal says what to mend."""
    store = Store()
    store.says = ["appendonly is no; set it to yes."]
    with pytest.raises(LedgerUnavailable, match="set it to yes"):
        store.recorder.hear(EVENT, draft(1))
    assert list(store.ledger.entries("orders")) == []


def test_a_store_that_was_mended_hears_again() -> None:
    """Within ten seconds of the mending events are taken."""
    store = Store()
    store.says = ["appendonly is no; set it to yes."]
    with pytest.raises(LedgerUnavailable):
        store.recorder.hear(EVENT, draft(1))
    store.says, store.now = [], 10.0
    assert store.recorder.hear(EVENT, draft(1))


def test_a_store_is_not_asked_for_each_event() -> None:
    """One look in ten seconds, whatever comes."""
    store = Store()
    for number in range(50):
        store.recorder.hear(EVENT, draft(number))
        store.now += 0.1
    assert store.asked == 1


def test_a_silent_store_is_found_by_a_look() -> None:
    """Nothing is sent to record an event while the look before it finds nobody."""
    store = Store()
    store.silent = True
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="cannot be reached"):
            store.recorder.hear(EVENT, draft(1))
    assert (store.asked, store.ledger.effects) == (2, [])
    store.silent = False
    assert store.recorder.hear(EVENT, draft(1))


def test_a_failed_recording_makes_the_next_event_look_first() -> None:
    """A store that hangs in between costs one event its patience, not every event."""
    store = Store()
    assert store.recorder.hear(EVENT, draft(1))
    store.ledger.break_down()
    with pytest.raises(LedgerUnavailable):
        store.recorder.hear(EVENT, draft(2))
    assert store.asked == 1
    store.silent = True
    with pytest.raises(LedgerUnavailable):
        store.recorder.hear(EVENT, draft(2))
    assert store.asked == 2


def test_refusals_are_told_whatever_the_store_forgets() -> None:
    """An entry about a refusal promises nothing to anybody."""
    store = Store()
    store.says = ["appendonly is no; set it to yes."]
    store.recorder.append("_intake", [draft(1)])
    assert len(list(store.ledger.entries("_intake"))) == 1
