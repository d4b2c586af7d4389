"""A real address that is called: only after rounds that succeeded, and never at a round's cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import structlog
from prometheus_client import CollectorRegistry

from tests.contract.hook.receiver import Answer, Receiver, silent
from tests.waiting import PATIENCE, until
from workers.heartbeat import Heartbeat
from workers.metrics import Rounds


@pytest.fixture
def sink() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def heartbeat(sink: Receiver, registry: CollectorRegistry) -> Iterator[Heartbeat]:
    """Beats ten times a second at most, until the test ends."""
    made = Heartbeat(rounds=Rounds("clock", registry), url=sink.url, every=0.1, timeout=PATIENCE)
    thread = threading.Thread(target=made.beat_for_ever)
    thread.start()
    yield made
    made.end()
    thread.join(timeout=PATIENCE)
    assert not thread.is_alive()


def test_it_beats_only_after_rounds_that_succeeded(
    sink: Receiver, heartbeat: Heartbeat, registry: CollectorRegistry
) -> None:
    """Nothing at the start, for failures or for a stand-in; an empty POST for each good round, slowly:
    of those that end during a call, none is owed another."""
    heartbeat.round("blind", good=False)
    heartbeat.round("standby", good=True, beats=False)
    time.sleep(0.3)
    assert sink.posts == []
    heartbeat.round("compared", good=True)
    [post] = sink.wait(1, within=PATIENCE)
    assert post.body == b""
    time.sleep(0.3)
    assert len(sink.posts) == 1
    goes_on = threading.Event()
    sink.answer = lambda _: Answer(status=200 if goes_on.wait(PATIENCE) else 500)
    until(lambda: _rounds_until(heartbeat, lambda: len(sink.posts) > 1))
    for _ in range(5):
        heartbeat.round("compared", good=True)
    goes_on.set()
    until(lambda: value(registry, "pgbaton_heartbeats_total", result="sent") == 2)
    time.sleep(0.3)
    assert len(sink.posts) == 2


def test_an_address_that_hangs_delays_no_round(
    heartbeat: Heartbeat, registry: CollectorRegistry
) -> None:
    """A thousand rounds have ended before the first call does; its failure is counted."""
    heartbeat.timeout = 3.0
    with silent() as url:
        heartbeat.url = url
        for _ in range(1000):
            heartbeat.round("compared", good=True)
        assert told(registry) == 0
        until(lambda: value(registry, "pgbaton_heartbeat_failing") == 1)
    assert value(registry, "pgbaton_heartbeats_total", result="failed") == 1
    assert value(registry, "pgbaton_rounds_total", result="compared") == 1000


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, {"process": "clock", **labels})


def test_a_failure_is_said_once_and_never_with_the_address(
    sink: Receiver, heartbeat: Heartbeat, registry: CollectorRegistry
) -> None:
    """The path holds a token; the same trouble twice is one line, and its end another."""
    answers = iter([500, 500, 200])
    sink.answer = lambda _: Answer(status=next(answers, 200))
    heartbeat.url = sink.url.replace("/events", "/ping/a-token-that-nobody-may-read")
    with structlog.testing.capture_logs() as lines:
        until(lambda: _rounds_until(heartbeat, lambda: told(registry) >= 3 and len(lines) > 1))
    assert [line["event"] for line in lines] == ["heartbeat.failed", "heartbeat.sent"]
    assert "it answers 500" in str(lines)
    assert "a-token" not in str(lines)
    assert "a-token" not in repr(heartbeat)


def _rounds_until(heartbeat: Heartbeat, done: Callable[[], bool]) -> bool:
    heartbeat.round("compared", good=True)
    return done()


def told(registry: CollectorRegistry) -> float:
    results = ("sent", "failed")
    return sum(value(registry, "pgbaton_heartbeats_total", result=r) or 0 for r in results)


def test_a_redirect_is_followed(sink: Receiver, heartbeat: Heartbeat) -> None:
    """Such services move from one address to the next."""
    there = {"Location": sink.url}
    sink.answer = lambda p: (
        Answer(status=307, headers=there) if p.path == "/old" else Answer(status=200)
    )
    heartbeat.url = sink.url.replace("/events", "/old")
    heartbeat.round("compared", good=True)
    assert [p.path for p in sink.wait(2, within=PATIENCE)] == ["/old", "/events"]


def test_without_an_address_rounds_are_counted(
    heartbeat: Heartbeat, registry: CollectorRegistry
) -> None:
    """The metric is the other dead-man's switch."""
    heartbeat.url = None
    before = time.time()
    heartbeat.round("compared", good=True)
    assert (value(registry, "pgbaton_round_timestamp_seconds") or 0) >= before
    time.sleep(0.2)
    assert told(registry) == 0
