import threading
from collections.abc import Callable

from structlog.testing import capture_logs

from workers.ssh.rests import Rests
from workers.ssh.rounds import Rounds

SOON = 3.0
"""Seconds in which something happens that need not wait for the next look."""


def _rounds(look: Callable[[], None], *, busy: bool = False) -> Rounds:
    return Rounds(name="test", look=look, busy=lambda: busy, calm=0.01)


def test_the_first_look_is_at_once_and_the_next_when_hurried() -> None:
    """What is over looks no more."""
    looked = threading.Semaphore(0)
    rounds = _rounds(looked.release)
    rounds.start()
    assert looked.acquire(timeout=SOON)
    rounds.hurry.set()
    assert looked.acquire(timeout=SOON)
    rounds.close()
    rounds.hurry.set()
    assert not looked.acquire(timeout=0.05)


def test_a_look_that_fails_is_not_the_last() -> None:
    """The hosts of the next one need it as well."""
    looked = threading.Semaphore(0)

    def look() -> None:
        looked.release()
        raise RuntimeError

    rounds = _rounds(look)
    with capture_logs() as logs:
        rounds.start()
        assert looked.acquire(timeout=SOON)
        rounds.hurry.set()
        assert looked.acquire(timeout=SOON)
        rounds.close()
    assert {told["event"] for told in logs} == {"look.failed"}


def test_nobody_looks_while_a_job_runs() -> None:
    """It has its processor to itself."""
    looked = threading.Event()
    rounds = _rounds(looked.set, busy=True)
    rounds.start()
    rounds.hurry.set()
    assert not looked.wait(0.05)
    rounds.close()


def test_a_failure_is_told_once_until_it_is_over() -> None:
    """However often it is tried in vain meanwhile; the next one is news again."""
    now = [0.0]
    rests = Rests(lost="host.cold", found="host.warm", clock=lambda: now[0])
    with capture_logs() as logs:
        rests.over("web1")
        rests.failed("web1", reason="away", remedy="start it")
        rests.failed("web1", reason="away", remedy="start it")
        assert rests.due(["web1", "web2"]) == ["web2"]
        now[0] = 10.0
        assert rests.due(["web1", "web2"]) == ["web1", "web2"]
        rests.over("web1")
        rests.failed("web1", reason="away", remedy="start it")
    assert [told["event"] for told in logs] == ["host.cold", "host.warm", "host.cold"]
