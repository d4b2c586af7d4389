"""A real Redis, a real etcd, and somebody with redis-cli: `pgbaton audit verify` names what was done."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from click.testing import Result

from tests.contract.audit import thefts
from tests.contract.audit.office import Office

FIRST: Mapping[thefts.Theft, str] = {
    thefts.edit: "the first bad entry is 6",
    thefts.recompute: "the first bad entry lies in 5 to 8",
    thefts.delete: "the first bad entry is 6",
    thefts.insert: "the first bad entry is 6",
    thefts.insert_and_recompute: "the first bad entry lies in 5 to 8",
    thefts.reorder: "the first bad entry is 6",
    thefts.trim_head: "the first bad entry lies in 1 to 4",
    thefts.trim_tail: "the first bad entry lies in 11 to 12",
    thefts.trim_tail_and_head: "the first bad entry lies in 11 to 12",
    thefts.fork: "no entry is bad",
    thefts.fork_hash: "no entry is bad",
    thefts.drop_head: "no entry is bad",
    thefts.wipe: "the first bad entry lies in 1 to 12",
    thefts.wipe_stream: "the first bad entry lies in 1 to 12",
    thefts.fake_gap: "the first bad entry is 11",
    thefts.fake_checkpoint: "the first bad entry is 13",
    thefts.junk: "the first bad entry is 13",
}
TRUSTED: Mapping[thefts.Theft, str] = {
    thefts.edit: "entries 1 to 4, 7 to 12",
    thefts.recompute: "entries 1 to 4;",
    thefts.delete: "entries 1 to 4, 7 to 12",
    thefts.trim_head: "entries 5 to 12",
    thefts.trim_tail: "entries 1 to 8",
    thefts.fake_checkpoint: "entries 6 to 12",
    thefts.wipe: "nothing in it is proven",
}


def verified(office: Office) -> Result:
    return office.types("audit", "verify", "shop")


@pytest.mark.parametrize("theft", FIRST, ids=lambda theft: theft.__name__)
def test_what_was_done_is_named(office: Office, theft: thefts.Theft) -> None:
    """Exit code 1, the first bad entry, and what can still be trusted."""
    office.grows()
    assert verified(office).exit_code == 0
    theft(office.redis)
    seen = verified(office)
    assert seen.exit_code == 1
    assert FIRST[theft] in seen.stdout
    assert TRUSTED.get(theft, "") in seen.stdout


@pytest.mark.parametrize(
    ("theft", "proven"),
    [
        (thefts.recompute, "entries 1 to 4, 13;"),
        (thefts.insert_and_recompute, "entries 1 to 4, 13 to 14;"),
        (thefts.trim_tail_and_head, "entries 1 to 8;"),
        (thefts.fake_gap, "entries 1 to 8;"),
        (thefts.wipe, "no anchor proves it"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_no_later_anchor_makes_it_true(office: Office, theft: thefts.Theft, proven: str) -> None:
    """The chronicle goes on anchoring what stands there; what was put in the place of anchored entries
    is proven by none of that."""
    office.grows()
    theft(office.redis)
    office.says("later")
    assert "audit verify" in office.anchors().failing["shop"]
    seen = verified(office)
    assert seen.exit_code == 1
    assert proven in seen.stdout


def test_no_head_is_anchored_that_is_no_entry(office: Office) -> None:
    """Somebody writes another hash into the head: nothing of it reaches etcd, and the chronicle says so."""
    office.grows()
    before = office.place.placed("shop")
    thefts.fork_hash(office.redis)
    assert "audit verify" in office.anchors().failing["shop"]
    assert office.place.placed("shop") == before


@pytest.mark.parametrize(
    "theft",
    [thefts.fork_hash, thefts.text_as_head, thefts.replace_by_text],
    ids=lambda t: t.__name__,
)
def test_no_theft_keeps_the_others_from_their_anchors(office: Office, theft: thefts.Theft) -> None:
    """One trail is ruined; the next one in the same Redis and etcd is anchored all the same."""
    office.grows()
    theft(office.redis)
    office.says("hers", cluster="crm")
    office.anchors()
    assert [a.seq for a in office.place.placed("crm")] == [1]


def test_another_clusters_trail_is_another_trail(office: Office) -> None:
    """It fits in itself, and no anchor of this cluster knows it."""
    office.grows()
    office.grows((6,), cluster="crm")
    thefts.rename(office.redis)
    seen = verified(office)
    assert (seen.exit_code, "lies in 1 to 4" in seen.stdout) == (1, True)
    assert "also: the trail ends at entry 6" in seen.stdout


def test_the_index_proves_nothing_and_breaks_nothing(office: Office) -> None:
    """Its keys are a shortcut: without one of them the trail is as sound as before, and can be read."""
    office.says("a", "b", incident="shop-1")
    office.anchors()
    office.redis.delete("pgbaton:reaches:shop")
    assert [(s.first, s.last) for s in office.ledger.spans("shop", count=9)] == [(1, 1)]
    thefts.drop_index(office.redis)
    assert verified(office).exit_code == 0
    assert office.types("incidents", "shop").exit_code == 0


def test_what_is_no_stream_is_said(office: Office) -> None:
    """Nothing can be read at all: exit code 69, and whose doing it may be."""
    office.grows()
    thefts.replace_by_text(office.redis)
    seen = verified(office)
    assert (seen.exit_code, "could write to Redis" in seen.stderr) == (69, True)
