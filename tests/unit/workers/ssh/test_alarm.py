import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workers.ssh.alarm import AlarmClock


def test_alarms_ring_in_their_order() -> None:
    """Whoever was set last and is due first rings first."""
    alarms, rang, over = AlarmClock(), list[str](), threading.Event()
    with held(alarms):
        now = time.monotonic()
        last = alarms.at(now + 0.03, over.set)
        second = alarms.at(now + 0.02, lambda: rang.append("second"))
        first = alarms.at(now + 0.01, lambda: rang.append("first"))
        stack = ExitStack()
        for one in (last, second, first):
            stack.enter_context(one)
    with stack:
        assert over.wait(20)
    assert rang == ["first", "second"]


def test_what_ended_in_time_rings_no_alarm() -> None:
    """Leaving the block takes the alarm back."""
    alarms, rang, over = AlarmClock(), list[str](), threading.Event()
    with held(alarms), alarms.at(time.monotonic(), lambda: rang.append("late")):
        pass
    with alarms.at(time.monotonic(), over.set):
        assert over.wait(20)
    assert rang == []


def test_what_ended_while_another_rang_rings_no_alarm() -> None:
    """Also where both were due at the same moment."""
    alarms, rang, over, ended = AlarmClock(), list[str](), threading.Event(), threading.Event()
    begun, now = threading.Event(), time.monotonic() + 0.2

    def hold() -> None:
        begun.set()
        ended.wait(20)

    with alarms.at(now, hold):
        with alarms.at(now, lambda: rang.append("late")):
            assert begun.wait(20)
        ended.set()
        with alarms.at(time.monotonic(), over.set):
            assert over.wait(20)
    assert rang == []


def test_an_alarm_that_fails_silences_no_other() -> None:
    """All connections of a process share one thread."""
    alarms, over = AlarmClock(), threading.Event()

    def fail() -> None:
        raise OSError

    now = time.monotonic()
    with alarms.at(now, fail), alarms.at(now + 0.02, over.set):
        assert over.wait(20)


@contextmanager
def held(alarms: AlarmClock) -> Iterator[None]:
    """Let nothing ring until the block is left: its thread is held by an alarm that does not return."""
    begun, go = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go.wait(20)

    with alarms.at(time.monotonic(), hold):
        assert begun.wait(20)
        yield
        go.set()
