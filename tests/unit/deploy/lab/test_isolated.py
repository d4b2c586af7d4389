"""A stale member's isolation is believed for what the trail and PostgreSQL say, not for having been asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from deploy.lab.drill.disasters.isolated import ISOLATED, REJECTED
from deploy.lab.drill.history import History, Writing
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab import histories as h

DID = ("NodeBalancer front rejects it", "PostgreSQL was stopped (fast)")


def isolation(
    outcome: str, *, member: str = "pg1", did: Sequence[str] = DID, wrote_for: float = 2.0
) -> History:
    """The good drill in which a member is isolated, and took writes beside the new leader for a while."""
    evidence = {"member": member, "outcome": outcome, "leader": "pg2", "did": list(did)}
    draft = Draft(id="i", kind=Kind.ISOLATION, incident="shop-36", evidence=evidence)
    wrote = Writing(member="pg1", since=90.0, until=h.GOOD.writable["pg2"] + wrote_for)
    return replace(h.telling(h.GOOD, (*h.DRAFTS, (121.5, draft))), writing=(wrote,))


def test_an_isolation_holds_with_what_was_done() -> None:
    """Both steps are told, and the seconds for which two members took writes."""
    history = isolation("isolated")
    assert ISOLATED.check(history).held
    assert "for 2.0 s" in ISOLATED.check(history).evidence
    assert REJECTED.check(history).held


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (h.GOOD, "no entry says so: none"),
        (isolation("failed"), "no entry says so: failed"),
        (isolation("isolated", member="pg3"), "others were isolated: pg3"),
        (isolation("isolated", wrote_for=40.0), "pg1 took writes for 40.0 s"),
    ],
    ids=["nobody", "failed", "another", "still-writing"],
)
def test_an_isolation_that_was_none_is_named(history: History, said: str) -> None:
    """Unsaid, failed, of the wrong member, or without an effect."""
    checked = ISOLATED.check(history)
    assert not checked.held
    assert said in checked.evidence


def test_a_stop_without_a_rejection_is_seen() -> None:
    """Behind a NodeBalancer the gentler step comes first."""
    checked = REJECTED.check(isolation("isolated", did=DID[1:]))
    assert not checked.held
    assert "PostgreSQL was stopped" in checked.evidence
