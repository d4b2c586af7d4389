"""Every recorded disaster has its name, its members and its proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from jobs.audit import Kind
from jobs.story import CauseKind, fold
from tests.unit.jobs.story.drills import NAMES, changed, drill, story_of

Facts = dict[str, Any]
SHOPS = ("shop1", "shop2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a recorded drill's incident must say."""

    cause: CauseKind
    text: str
    moved: tuple[str, str] | None
    restarted: tuple[str, ...] = SHOPS
    further: tuple[str, ...] = ()


LOST = "the machine of {old} is lost: its lease ran out, and no answer comes from its PostgreSQL"
WISH = "planned switchover from {old} to {new}: somebody asked Patroni for it"

TOLD: Mapping[str, Told] = {
    "switchover-4": Told(cause=CauseKind.SWITCHOVER, text=WISH, moved=("pg1", "pg2")),
    "switchover-3": Told(cause=CauseKind.SWITCHOVER, text=WISH, moved=("pg1", "pg3")),
    "worker-killed-4": Told(
        cause=CauseKind.SWITCHOVER, text=WISH, moved=("pg2", "pg3"), restarted=()
    ),
    "kill-leader-machine-4": Told(
        cause=CauseKind.MACHINE_LOST, text=LOST, moved=("pg1", "pg2")
    ),
    "kill-leader-machine-3": Told(
        cause=CauseKind.MACHINE_LOST, text=LOST, moved=("pg1", "pg2")
    ),
    "linode-down-4": Told(cause=CauseKind.MACHINE_LOST, text=LOST, moved=("pg1", "pg2")),
    "patroni-stopped-4": Told(
        cause=CauseKind.PATRONI_STOPPED,
        text="Patroni on {old} was stopped: it gave the leader key away and stopped PostgreSQL",
        moved=("pg1", "pg2"),
    ),
    "patroni-stopped-3": Told(
        cause=CauseKind.PATRONI_STOPPED,
        text="Patroni on {old} was stopped: it gave the leader key away and stopped PostgreSQL",
        moved=("pg1", "pg3"),
    ),
    "leader-cut-4": Told(
        cause=CauseKind.PARTITION,
        text="{old} was cut off from etcd: its lease ran out, and it demoted itself",
        moved=("pg1", "pg2"),
    ),
    "stale-member-4": Told(
        cause=CauseKind.TWO_PRIMARIES,
        text="two writable primaries: {old} took writes while {new} led",
        moved=("pg1", "pg3"),
        further=("Patroni stopped: ", "stale member rejoined: "),
    ),
    "postgres-crash-4": Told(
        cause=CauseKind.POSTGRESQL_CRASH,
        text="PostgreSQL on pg1 crashed and was started again; nobody else led",
        moved=None,
        restarted=(),
    ),
    "etcd-outage-4": Told(
        cause=CauseKind.ETCD_OUTAGE,
        text="etcd had no quorum: pg1 demoted itself",
        moved=None,
        restarted=(),
    ),
}  # fmt: skip


def test_every_recorded_drill_is_told() -> None:
    """A recorded trail without a row proves nothing. A NodeBalancer in peace has no incident."""
    assert {*TOLD, "balancer-only-4", "postgres-failed-start-4"} == set(NAMES)


def test_what_has_no_name_gets_none() -> None:
    """A postmaster that died while Patroni still started it: the key was given away unasked, Patroni
    lives, and PostgreSQL is not there. That is neither a stop nor a crash without a failover."""
    story = story_of("postgres-failed-start-4")
    assert (story.before, story.member, story.over) == ("pg1", "pg3", True)
    assert story.cause is None


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_real_drill_has_its_name(name: str) -> None:
    """Cause, members and hosts, from the trail alone."""
    story, told = story_of(name), TOLD[name]
    assert story.cause is not None
    assert story.cause.kind == told.cause
    assert story.cause.text == told.text.format(old=story.before, new=story.member)
    assert (story.before, story.member) == told.moved or told.moved is None
    assert (story.before == story.member) == (told.moved is None)
    restarted = {t.target.partition("@")[0] for t in story.targets if t.restarted}
    assert (story.over, restarted) == (True, set(told.restarted))


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_cause_rests_on_entries(name: str) -> None:
    """Each proof names an entry of the trail with its instant; at least one is no mere event."""
    cause, entries = story_of(name).cause, {e.seq: e for e in drill(name).entries}
    assert cause is not None
    assert all(entries[p.seq].at / 1e6 == p.at and p.text for p in cause.proofs)
    assert any(entries[p.seq].facts["kind"] != Kind.EVENT for p in cause.proofs)
    for further in TOLD[name].further:
        assert any(p.text.startswith(further) for p in cause.proofs)


def test_an_entry_that_speaks_for_the_cause_is_not_named_again_for_another() -> None:
    """The look that saw two primaries also saw that PostgreSQL outlived its Patroni."""
    cause = story_of("stale-member-4").cause
    assert cause is not None
    writes = [p.seq for p in cause.proofs if "takes writes" in p.text]
    assert len(writes) == len(set(writes)) > 0


@pytest.mark.parametrize("name", sorted(TOLD))
def test_peace_has_no_cause(name: str) -> None:
    """The first leader of all: nobody led before, and what follows is another incident's."""
    first = fold(drill(name).entries, "shop-1")
    assert first is not None
    assert (first.before, first.cause) == (None, None)
    assert first.holders == tuple(h for h in first.holders if h[1] == first.member)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_events_only_add_to_a_cause(name: str) -> None:
    """With every callback and every word of the watch lost, the claims name the same cause."""
    deaf = changed(name, lambda facts: None if facts["kind"] == Kind.EVENT else facts)
    assert deaf is not None
    assert deaf.cause is not None
    assert deaf.cause.kind == TOLD[name].cause
