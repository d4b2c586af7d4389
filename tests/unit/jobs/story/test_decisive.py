"""A recorded disaster loses its name with the decisive fact: what is left decides, and mostly nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from jobs.audit import Kind
from jobs.event import CALLBACK
from jobs.story import CauseKind, fold
from tests.unit.jobs.story.drills import Change, changed, drill

Facts = dict[str, Any]


def claims(change: Change) -> Change:
    """Change what was seen, in every entry that keeps claims."""

    def each(facts: Facts) -> Facts:
        seen = facts["evidence"].get("claims")
        if seen is not None:
            facts["evidence"]["claims"] = change(seen)
        return facts

    return each


def nobody_asked(seen: Facts) -> Facts:
    if "asked" in seen["etcd"]:
        seen["etcd"]["asked"] = None
    return seen


def nobody_else_answered(seen: Facts) -> Facts:
    seen["others"] = {}
    return seen


def still_listed(seen: Facts) -> Facts:
    if "members" in seen["etcd"]:
        seen["etcd"]["members"] = ["pg1", "pg2", "pg3"]
    return seen


def nowhere_listed(seen: Facts) -> Facts:
    etcd = seen["etcd"]
    if "members" in etcd:
        etcd["members"] = [m for m in etcd["members"] if (etcd["leader"] or {}).get("member") == m]
    return seen


def no_state_known(seen: Facts) -> Facts:
    seen["etcd"]["states"] = {}
    return seen


def refused(seen: Facts) -> Facts:
    for name, said in seen["others"].items():
        if said.get("claim") == "unknown":
            seen["others"][name] = {**said, "reason": f"{name}: Connection refused"}
    return seen


def calm(seen: Facts) -> Facts:
    for name, said in seen["others"].items():
        if said.get("claim") == "answer":
            seen["others"][name] = {**said, "in_recovery": True}
    return seen


def silent(seen: Facts) -> Facts:
    """Nothing comes from the old leader's PostgreSQL, wherever it was asked."""
    said = {"claim": "unknown", "reason": "PostgreSQL at 10.77.0.21:5433: no answer in time"}
    if "pg1" in seen["others"]:
        seen["others"]["pg1"] = said
    return seen


def crash_moves(seen: Facts) -> Facts:
    seen["etcd"]["crash_moves"] = True
    return seen


def restarting(seen: Facts) -> Facts:
    if (seen.get("sql") or {}).get("claim") != "answer":
        seen["rest"] = {"state": "restarting"}
    return seen


def out_of_reach(seen: Facts) -> Facts:
    """etcd did not answer us, for all that it says nothing of a quorum."""
    if "reason" in seen["etcd"]:
        seen["etcd"]["reason"] = (
            "no endpoint can answer (http://10.77.0.11:2379: no answer in time)"
        )
    return seen


def without(type_: str, **data: str) -> Change:
    """Drop the events of a type that say so."""

    def each(facts: Facts) -> Facts | None:
        told = facts["evidence"]
        said = told.get("data") or {}
        dropped = told.get("type") == type_ and all(said.get(k) == v for k, v in data.items())
        return None if dropped else facts

    return each


def on_another_epoch(facts: Facts) -> Facts:
    if facts["kind"] == Kind.OPENED:
        facts["evidence"]["epoch"] = 7
    return facts


def no_contradiction(facts: Facts) -> Facts | None:
    return None if facts["evidence"].get("verdict") == "contradicted" else facts


NEGATIVE: Mapping[str, tuple[str, tuple[Change, ...], CauseKind | None]] = {
    "a switchover that nobody asked for": ("switchover-4", (claims(nobody_asked),), None),
    "a switchover whose key lapsed": ("switchover-4", (claims(nowhere_listed),), None),
    "a machine of which nobody says how it answers": (
        "kill-leader-machine-4", (claims(nobody_else_answered),), None
    ),
    "a machine that gave its key away": ("kill-leader-machine-4", (claims(still_listed),), None),
    "a machine whose kernel answers": ("kill-leader-machine-4", (claims(refused),), None),
    "a Patroni that left no last word": ("patroni-stopped-4", (claims(no_state_known),), None),
    "a Patroni whose PostgreSQL nobody asked": (
        "patroni-stopped-4", (claims(nobody_else_answered),), None
    ),
    "a Patroni that let its lease run out": (
        "patroni-stopped-4", (claims(nowhere_listed),), None
    ),
    "a Patroni that may have given its key away after a crash": (
        "patroni-stopped-4", (claims(crash_moves), without(CALLBACK, member="pg1")), None
    ),
    "a Patroni that told of its stop, where a crash moves the leader": (
        "patroni-stopped-4", (claims(crash_moves),), CauseKind.PATRONI_STOPPED
    ),
    "a silent machine whose hook told that it demoted itself": (
        "leader-cut-4", (claims(silent),), None
    ),
    "a cut leader that nobody asked": ("leader-cut-4", (claims(nobody_else_answered),), None),
    "a cut leader that gave its key away": ("leader-cut-4", (claims(still_listed),), None),
    "a stale member that only claims": (
        "stale-member-4", (claims(calm),), CauseKind.PARTITION
    ),
    "a stale member that answers nobody": (
        "stale-member-4", (claims(nobody_else_answered),), CauseKind.STALE_MEMBER
    ),
    "a stale member that is silent, and answers nobody": (
        "stale-member-4",
        (claims(nobody_else_answered), without(CALLBACK, member="pg1", role="primary")),
        None,
    ),
    "a crash that was a restart": ("postgres-crash-4", (claims(restarting),), None),
    "a crash in another epoch": ("postgres-crash-4", (on_another_epoch,), None),
    "etcd out of our reach only": (
        "etcd-outage-4", (claims(out_of_reach), no_contradiction), None
    ),
    "etcd out of reach, and the leader demoted": (
        "etcd-outage-4", (claims(out_of_reach),), CauseKind.ETCD_OUTAGE
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(NEGATIVE))
def test_without_the_decisive_fact_it_has_another_name_or_none(case: str) -> None:
    """Never a guess: what is left decides, and mostly it decides nothing."""
    name, changes, left = NEGATIVE[case]

    def all_of(facts: Facts) -> Facts | None:
        known: Facts | None = facts
        for change in changes:
            known = known if known is None else change(known)
        return known

    story = changed(name, all_of)
    assert story is not None
    assert (story.cause and story.cause.kind) == left


def test_a_callback_alone_names_nothing() -> None:
    """A leader's hook that tells of a stop and a demotion, while it leads to the end, is a rumour."""
    story = changed("postgres-crash-4", lambda f: f if _is_rumour_or_good(f) else None)
    assert story is not None
    assert story.cause is None


def _is_rumour_or_good(facts: Facts) -> bool:
    return bool(facts["kind"] != Kind.VERDICT or facts["evidence"]["verdict"] == "confirmed")


def test_a_spooled_callback_is_only_late() -> None:
    """What a hook wrote before another was proven, and delivered afterwards, is no claim to lead."""

    def early(facts: Facts) -> Facts:
        if facts["evidence"].get("type") == CALLBACK:
            facts["evidence"]["time"] = "2026-01-01T00:00:00Z"
        return facts

    told = changed("stale-member-4", early)
    assert told is not None
    assert told.cause is not None
    assert not any("stale member rejoined" in p.text for p in told.cause.proofs)


def test_a_late_look_does_not_call_a_lease_run_out() -> None:
    """Long after the key was lost, the record of a member that stopped in order has lapsed as well."""
    one = drill("kill-leader-machine-4")
    opened = next(e for e in one.entries if e.facts["id"] == f"{one.incident}:opened")

    def named(seconds: float) -> CauseKind | None:
        late = int(seconds * 1e6)
        moved = [replace(e, at=e.at + late) if e.seq > opened.seq else e for e in one.entries]
        story = fold(moved, one.incident)
        assert story is not None
        return None if story.cause is None else story.cause.kind

    assert (named(10), named(20)) == (CauseKind.MACHINE_LOST, None)
