"""A reload cuts nobody at once, and nobody outlives it unwatched for long."""

from __future__ import annotations

import select
import time

import pytest

from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni
from tests.waiting import until


@pytest.fixture
def served(idle_mux: Mux) -> Mux:
    """A mux as systemd runs it: a master, and the worker that it replaces at a reload."""
    idle_mux.set(drain=4)
    idle_mux.start("-W")
    idle_mux.leads()
    return idle_mux


def test_a_session_survives_a_reload(served: Mux) -> None:
    """It is served on while new ones go to the new process."""
    with served.session() as session:
        served.reload()
        served.leads()
        assert session.execute("select 1").fetchone() == (1,)
        with served.session() as another:
            assert another.execute("select 1").fetchone() == (1,)


def test_the_door_stays_a_door_meanwhile(served: Mux) -> None:
    """Nobody is refused a connection; in the moment before the new process has asked Patroni, it closes."""
    served.reload()
    heard = [served.hello() for _ in range(200)]
    until(lambda: heard.append(served.hello()) or heard[-1] in {b"S", b"N"})  # type: ignore[func-returns-value]
    assert None not in heard


def test_a_session_that_outlived_a_reload_ends_in_time(served: Mux, patroni: Patroni) -> None:
    """The old process asks Patroni no more, so a demotion does not cut it: `drain` does."""
    with served.session() as session:
        begun = served.reload()
        patroni.leads = False
        readable, _, _ = select.select([session.fileno()], [], [], 20)
        assert readable
        assert 4 <= time.monotonic() - begun < 9
