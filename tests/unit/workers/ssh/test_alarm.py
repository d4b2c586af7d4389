import threading
import time

from workers.ssh.alarm import AlarmClock


def test_alarms_ring_in_their_order() -> None:
    """Whoever was set last and is due first rings first."""
    alarms, rang, over = AlarmClock(), list[str](), threading.Event()
    now = time.monotonic()
    with (
        alarms.at(now + 0.06, over.set),
        alarms.at(now + 0.04, lambda: rang.append("second")),
        alarms.at(now + 0.02, lambda: rang.append("first")),
    ):
        assert over.wait(5)
    assert rang == ["first", "second"]


def test_what_ended_in_time_rings_no_alarm() -> None:
    """Leaving the block takes the alarm back."""
    alarms, rang, over = AlarmClock(), list[str](), threading.Event()
    now = time.monotonic()
    with alarms.at(now + 0.02, lambda: rang.append("late")):
        pass
    with alarms.at(now + 0.05, over.set):
        assert over.wait(5)
    assert rang == []


def test_an_alarm_that_fails_silences_no_other() -> None:
    """All connections of a process share one thread."""
    alarms, over = AlarmClock(), threading.Event()

    def fail() -> None:
        raise OSError

    now = time.monotonic()
    with alarms.at(now, fail), alarms.at(now + 0.02, over.set):
        assert over.wait(5)
