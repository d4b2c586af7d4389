"""A member that leads no more loses its sessions, whether it says so or says nothing; one that leads is open."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni
from tests.contract.probes.postgres_server import Postgres
from tests.waiting import until

Measured = Callable[[str], None]


def seconds_until_cut(session: psycopg.Connection[Any], *, begun: float) -> float:
    """How long an idle session lived on; its next statement fails."""
    readable, _, _ = select.select([session.fileno()], [], [], 20)
    took = time.monotonic() - begun
    assert readable, "the session lives on"
    with pytest.raises(psycopg.OperationalError):
        session.execute("select 1")
    return took


@pytest.fixture
def usual_mux(idle_mux: Mux) -> Mux:
    """A mux with the inventory's own pace: asked every second, cut after two answers of no."""
    idle_mux.every = 1
    idle_mux.start()
    idle_mux.leads()
    return idle_mux


def test_a_demotion_cuts_open_sessions(
    usual_mux: Mux, patroni: Patroni, measured: Measured
) -> None:
    """Within fall times the interval; a query that runs ends with its session."""
    with usual_mux.session() as idle, usual_mux.session() as busy:
        broken: list[float] = []
        asking = threading.Thread(target=_ask_until_cut, args=(busy, broken))
        asking.start()
        time.sleep(0.2)
        begun = time.monotonic()
        patroni.leads = False
        took = seconds_until_cut(idle, begun=begun)
        asking.join(10)
    measured(f"mux: a demotion cuts sessions after {took:.2f} s (asked every 1 s, fall 2)")
    assert took < 2 * 1 + 1
    assert broken[0] - begun < 2 * 1 + 1


def _ask_until_cut(session: psycopg.Connection[Any], broken: list[float]) -> None:
    with pytest.raises(psycopg.OperationalError):
        session.execute("select pg_sleep(20)")
    broken.append(time.monotonic())


def test_one_answer_of_no_cuts_nothing(usual_mux: Mux, patroni: Patroni) -> None:
    """With fall = 2 the second decides."""
    with usual_mux.session() as session:
        patroni.refusals = 1
        until(lambda: not patroni.refusals)
        readable, _, _ = select.select([session.fileno()], [], [], 3)
        assert not readable


def test_a_promotion_opens_the_door(usual_mux: Mux, patroni: Patroni, measured: Measured) -> None:
    """At the next look: within one interval."""
    patroni.leads = False
    usual_mux.refuses()
    begun = time.monotonic()
    patroni.leads = True
    usual_mux.leads()
    took = time.monotonic() - begun
    measured(f"mux: a promoted member is open after {took:.2f} s (asked every 1 s)")
    assert took < 1 + 1


def test_a_dead_patroni_cuts_sessions(usual_mux: Mux, patroni: Patroni, measured: Measured) -> None:
    """Its PostgreSQL may be a stale primary by now: nobody vouches for it any more."""
    with usual_mux.session() as session:
        begun = time.monotonic()
        patroni.down()
        took = seconds_until_cut(session, begun=begun)
    measured(f"mux: sessions are cut {took:.2f} s after Patroni died")
    assert took < 2 * 1 + 1
    assert usual_mux.hello() == b""


def test_a_hanging_patroni_cuts_sessions(
    usual_mux: Mux, patroni: Patroni, measured: Measured
) -> None:
    """Silence takes 3 s longer to believe, twice; a lease (20 s and more) cannot have run out by then."""
    with usual_mux.session() as session:
        begun = time.monotonic()
        patroni.delay = 30
        took = seconds_until_cut(session, begun=begun)
    measured(f"mux: sessions are cut {took:.2f} s after Patroni began to hang")
    assert took < 2 * (1 + 3) + 2


def test_a_slow_patroni_cuts_nothing(usual_mux: Mux, patroni: Patroni) -> None:
    """A leader that is busy leads all the same."""
    patroni.delay = 2
    with usual_mux.session() as session:
        readable, _, _ = select.select([session.fileno()], [], [], 8)
        assert not readable


def test_nobody_slips_in_before_the_first_answer(
    idle_mux: Mux, patroni: Patroni, postgres: Postgres
) -> None:
    """A mux that starts on a replica, or before its Patroni answers, opens for no moment at all."""
    came = _logins(postgres)
    patroni.leads, patroni.delay = False, 0.5
    idle_mux.start()
    begun = time.monotonic()
    while time.monotonic() < begun + 2:
        assert idle_mux.hello() == b""
    assert _logins(postgres) == came


def test_the_first_answer_is_asked_for_at_once(idle_mux: Mux, measured: Measured) -> None:
    """A leader's mux that starts is open long before its first interval has passed."""
    idle_mux.every = 10
    begun = time.monotonic()
    idle_mux.start()
    idle_mux.leads()
    took = time.monotonic() - begun
    measured(f"mux: open {took:.2f} s after its start")
    assert took < 5


def _logins(postgres: Postgres) -> int:
    return (postgres.folder / "log").read_text().count("connection received")
