"""Redis failed over and lost a trail's newest entries, others took their numbers: what is told then is what stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jobs.audit import Draft, Kind
from tests.fakes.ledger import FakeLedger
from tests.unit.webhook.pages.desk import Visit
from webhook.pages.chain import Chains
from webhook.pages.glance import Glance

INCIDENT = "shop-1"


@pytest.fixture
def ledger() -> FakeLedger:
    """An incident that has just opened."""
    made = FakeLedger()
    tell(made, Kind.OPENED, before="pg1", why="nobody holds the leader key")
    return made


def tell(ledger: FakeLedger, kind: Kind, **evidence: Any) -> None:
    id_ = f"{kind}:{evidence}"
    own = None if kind in {Kind.DRIFT, Kind.PAUSED} else INCIDENT
    ledger.append("shop", [Draft(id=id_, kind=kind, incident=own, evidence=evidence)])


def prove(ledger: FakeLedger, member: str, epoch: int) -> None:
    fence = {"system": "7301", "pg_timeline": epoch, "epoch": epoch}
    tell(ledger, Kind.VERDICT, verdict="confirmed", reason="so", member=member, fence=fence)


def lose(ledger: FakeLedger, *, left: int) -> None:
    """The replica that is primary now never had more."""
    of = ledger.store.of("shop").chain
    del of.entries[left:]
    of.seen = {entry.facts["id"] for entry in of.entries}
    span = of.spans[INCIDENT]
    of.spans[INCIDENT] = replace(span, last=min(span.last, left))


def test_the_pages_name_the_leader_that_was_proven_after_it(ledger: FakeLedger) -> None:
    """And say of the chain that it fits together, as it does."""
    visit = Visit()
    visit.world.ledger.store = ledger.store
    prove(ledger, "pg2", 20)
    assert "pg2 leads shop" in visit.page(f"/incidents/{INCIDENT}")
    lose(ledger, left=1)
    prove(ledger, "pg3", 30)
    tell(ledger, Kind.CONCLUDED, reason="every target follows")
    page = visit.page(f"/incidents/{INCIDENT}")
    assert "pg3 leads shop" in page
    assert "pg2 leads" not in page
    assert "Entries 1 to 3 fit together" in page


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_the_chain_is_walked_anew(ledger: FakeLedger, more: int) -> None:
    """However many entries stand in place of those that were walked."""
    chains = Chains(ledger)
    prove(ledger, "pg2", 20)
    prove(ledger, "pg3", 30)
    assert chains.walk("shop", ledger.store.of("shop").chain.spans[INCIDENT]).entries == 3
    lose(ledger, left=1)
    for n in range(more):
        prove(ledger, "pg3", 40 + n)
    walked = chains.walk("shop", ledger.store.of("shop").chain.spans[INCIDENT])
    assert (walked.entries, walked.last, walked.bad) == (1 + more, 1 + more, None)


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_glance_forgets_what_was_lost(ledger: FakeLedger, more: int) -> None:
    """A drift and a pause that nobody knows of any more; what was told before them stays."""
    glance = Glance(ledger)
    tell(ledger, Kind.DRIFT, host="web1", drift=[".env DB_HOST"])
    tell(ledger, Kind.PAUSED, by="dba", why="night")
    tell(ledger, Kind.DRIFT, host="web2", drift=[".env DB_HOST"])
    seen = glance.drift("shop"), glance.paused("shop")
    assert seen[0] is not None
    assert (seen[0].host, seen[1] is not None) == ("web2", True)
    lose(ledger, left=2)
    for n in range(more):
        prove(ledger, "pg3", 30 + n)
    left = glance.drift("shop")
    assert left is not None
    assert (left.host, glance.paused("shop")) == ("web1", None)
