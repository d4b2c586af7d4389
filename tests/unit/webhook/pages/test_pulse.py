"""Live places: capped, given back whatever happens, and fed by one reader."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from structlog.testing import capture_logs

from jobs.audit import Draft, Head, Kind
from tests.fakes.ledger import FakeLedger
from tests.unit.webhook.pages.desk import Visit
from webhook.pages.fragments import Fragments
from webhook.pages.pulse import Pulse


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    made = Pulse(trail=FakeLedger(), most=2, every=0.005, monotonic=time.monotonic)
    yield made
    while made.viewers:
        made.leave(("shop",))


def append(pulse: Pulse, id_: str) -> None:
    assert isinstance(pulse.trail, FakeLedger)
    pulse.trail.append("shop", [Draft(id=id_, kind=Kind.RESUMED, evidence={"by": "dba"})])


def test_a_viewer_hears_of_what_is_new_and_of_nothing_else(pulse: Pulse) -> None:
    """The heads at first, then each change, and silence until the time is over."""
    append(pulse, "a")
    assert pulse.enter(("shop",))
    assert pulse.wait(("shop",), None, seconds=5) == (1,)
    assert pulse.wait(("shop",), (1,), seconds=0.05) == (1,)
    append(pulse, "b")
    assert pulse.wait(("shop",), (1,), seconds=5) == (2,)


def test_redis_away_and_back_is_heard_too(pulse: Pulse) -> None:
    """As an empty view, then as the heads again."""
    assert isinstance(pulse.trail, FakeLedger)
    append(pulse, "a")
    pulse.enter(("shop",))
    assert pulse.wait(("shop",), None, seconds=5) == (1,)
    pulse.trail.break_down()
    assert pulse.wait(("shop",), (1,), seconds=5) == ()
    pulse.trail.recover()
    assert pulse.wait(("shop",), (), seconds=5) == (1,)


class Garbled(FakeLedger):
    """A ledger whose heads somebody may write over."""

    garbled = False

    def heads(self, clusters: Sequence[str]) -> dict[str, Head]:
        if self.garbled:
            raise ValueError("invalid literal for int() with base 10: b'x'")
        return super().heads(clusters)


def test_a_head_that_cannot_be_read_ends_nothing() -> None:
    """Whoever watches hears that it is blind, the log why, and once; then the heads again."""
    trail = Garbled()
    pulse = Pulse(trail=trail, most=2, every=0.005, monotonic=time.monotonic)
    append(pulse, "a")
    pulse.enter(("shop",))
    assert pulse.wait(("shop",), None, seconds=5) == (1,)
    with capture_logs() as said:
        trail.garbled = True
        assert pulse.wait(("shop",), (1,), seconds=5) == ()
        assert pulse.wait(("shop",), (), seconds=0.05) == ()
        trail.garbled = False
        assert pulse.wait(("shop",), (), seconds=5) == (1,)
    assert [one["event"] for one in said] == ["pages.pulse.failed"]
    pulse.leave(("shop",))


def test_places_are_counted_and_given_back(pulse: Pulse) -> None:
    """Two, no third, and one again."""
    assert [pulse.enter(("shop",)) for _ in range(3)] == [True, True, False]
    pulse.leave(("shop",))
    assert pulse.enter(("shop",))


def test_a_stream_gives_its_place_back_even_if_it_was_never_read(visit: Visit) -> None:
    """With two places: a third is refused with 503, and free once a stream was closed."""
    first, second = visit.client.get("/live"), visit.client.get("/live?cluster=shop")
    refused = visit.client.get("/live")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    first.close()
    third = visit.client.get("/live")
    assert third.status_code == 200
    second.close()
    third.close()


def test_a_stream_begins_with_the_heads(visit: Visit) -> None:
    """As server-sent events that no proxy should hold back."""
    visit.fail_over()
    answer = visit.client.get("/live")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    chunks = iter(answer.response)
    assert next(chunks) == b"retry: 2000\n\n"
    assert next(chunks) == b"event: heads\ndata: 12\n\n"
    answer.close()


def test_viewers_of_one_address_share_what_is_made(visit: Visit) -> None:
    """Until something is new, or a second is over."""
    clock, made = visit.world.clock, []
    fragments = Fragments(clock.monotonic)

    def make() -> str:
        made.append("x")
        return "x" * len(made)

    assert [fragments.get(("/fragment?", (1,)), make) for _ in range(3)] == ["x"] * 3
    assert fragments.get(("/fragment?", (2,)), make) == "xx"
    assert fragments.get(("/incidents/shop-1/fragment?", (2,)), make) == "xxx"
    clock.pass_by(1)
    assert fragments.get(("/fragment?", (1,)), make) == "xxxx"


def test_a_fragment_holds_what_was_told_right_before(visit: Visit) -> None:
    """However soon it is asked for again."""
    incident = visit.fail_over()
    path = f"/incidents/{incident}/fragment"
    assert "I am looking" not in visit.page(path)
    note = {"by": "dba", "note": "I am looking"}
    said = Draft(id="a", kind=Kind.ACKNOWLEDGED, incident=incident, evidence=note)
    visit.world.ledger.append("shop", [said])
    assert "I am looking" in visit.page(path)
