"""What the pages read before anybody asks, and what happens where it cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from jobs.audit import Draft, Entry, Kind
from tests.fakes.ledger import FakeLedger
from tests.unit.webhook.pages.desk import Visit
from webhook.pages.desk import Desk
from webhook.pages.incident import told
from webhook.pages.warming import Warming


class Counted:
    """A ledger, and how many entries were read from it."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.ledger, self.read = ledger, 0

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterable[Entry]:
        for entry in self.ledger.entries(cluster, after=after, upto=upto):
            self.read += 1
            yield entry

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


@pytest.fixture
def counted(visit: Visit) -> Counted:
    return Counted(visit.world.ledger)


@pytest.fixture
def warming(visit: Visit, counted: Counted) -> Warming:
    warming = visit.app.extensions["warming"]
    assert isinstance(warming, Warming)
    return Warming(Desk(replace(warming.desk.ports, ledger=counted)))


def test_the_newest_incident_is_read_before_anybody_asks(
    visit: Visit, warming: Warming, counted: Counted
) -> None:
    """Its story and its chain: to show the page, only the entries on it and the chain's first are read, and
    the last one of either, to see that it still stands."""
    incident = visit.fail_over()
    warming.look()
    counted.read = 0
    page = told(warming.desk, incident, before=None)
    assert page is not None
    assert page.story is not None
    assert counted.read == len(list(visit.world.ledger.entries("shop"))) + 3


def test_a_second_look_reads_what_is_new_alone(
    visit: Visit, warming: Warming, counted: Counted
) -> None:
    """Nothing where no head moved; an entry of the incident twice, for its story and for its chain, and as
    often the one before it, which must still stand."""
    incident = visit.fail_over()
    warming.look()
    counted.read = 0
    warming.look()
    assert counted.read == 0
    note = {"by": "dba", "note": "seen"}
    acknowledged = Draft(id="a", kind=Kind.ACKNOWLEDGED, incident=incident, evidence=note)
    visit.world.ledger.append("shop", [acknowledged])
    warming.look()
    assert counted.read == 4


def test_without_redis_it_says_so_once_and_looks_again(visit: Visit, warming: Warming) -> None:
    """The pages start all the same; once Redis is back, what was missed is read."""
    visit.fail_over()
    visit.world.ledger.break_down()
    with capture_logs() as said:
        warming.look()
        warming.look()
        visit.world.ledger.recover()
        warming.look()
    assert [one["event"] for one in said] == ["pages.cold", "pages.warm"]
