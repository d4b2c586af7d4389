"""What was told of entries that Redis lost later must have been true, and excuses nothing else."""

from __future__ import annotations

from dataclasses import replace

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants import check_all
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab import histories as h

HELD = replace(h.host("shop1", "held", h.SECOND), id="held-again")


def gap(lost: str) -> Draft:
    evidence = {
        "after": 5,
        "head": h.ENTRIES[4].hash,
        "anchored": 10,
        "lost": [[10, lost]],
        "reason": "Redis failed over",
    }
    return Draft(id="gap:1", kind=Kind.GAP, evidence=evidence)


def tail_lost(*, lost: str = h.ENTRIES[9].hash) -> History:
    """The second incident was told and lost; it opened again, and its host held the fence already."""
    again = (
        (130.0, h.event("e-2")),
        (130.1, gap(lost)),
        (130.2, h.opened("shop-36")),
        (130.4, h.confirmed("pg2", h.SECOND)),
        (130.5, HELD),
        (130.6, h.concluded("shop-36")),
    )
    known = h.telling(h.GOOD, (*h.DRAFTS[:5], *again))
    notice = replace(h.GOOD.slack[0], ts="130.150000", key="notice-shop-7@130", text="a gap")
    return replace(
        known,
        lost=h.ENTRIES[5:],
        slack=(*known.slack, *h.GOOD.slack[3:], notice),
        alerts=(*known.alerts, *(replace(a, id=f"{a.id}-lost") for a in h.GOOD.alerts[3:])),
        anchors=(*known.anchors, *h.GOOD.anchors[1:]),
    )


def broken(history: History) -> str:
    return "; ".join(one.evidence for one in check_all(history) if not one.held)


def test_what_was_told_and_lost_stands_beside_what_came_after() -> None:
    """Two threads of one incident, notes in etcd of both, and a restart that a held fence explains."""
    assert broken(tail_lost()) == ""


def test_without_a_gap_on_record_nothing_is_excused() -> None:
    """A trail that was cut off looks the same, but for the entry that says why."""
    said = broken(tail_lost(lost="0" * 64))
    assert "shop-36 has 2 first messages" in said
    assert "for entry 10, which the trail does not hold" in said


def test_what_nobody_ever_saw_in_the_trail_is_not_excused() -> None:
    """A note of an entry that was never there is a lie, gap or no gap."""
    known = tail_lost()
    wrong = replace(h.GOOD.anchors[1], hash="0" * 64)
    assert "etcd notes 000000000000" in broken(replace(known, anchors=(*known.anchors, wrong)))
    lie = replace(h.GOOD.slack[3], text=f"Concluded after 2 s, entry 10 `{'0' * 64}`")
    told = (*known.slack[:-4], lie, *known.slack[-3:])
    assert "Slack notes 000000000000" in broken(replace(known, slack=told))


def test_the_new_thread_must_be_told_all_the_same() -> None:
    """What was lost counts for nothing of what came after."""
    known = tail_lost()
    said = broken(replace(known, slack=tuple(m for m in known.slack if "@130/" not in m.key)))
    assert "told 0 times" in said
    deaf = tuple(a for a in known.alerts if (a.status, a.entry) != ("resolved", 11))
    assert "resolved was heard 0 times" in broken(replace(known, alerts=deaf))
