"""Several things befall one incident: what brought the others about names it, and what came later does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.audit import Kind
from jobs.story import CauseKind, explain, fact_of, fold
from tests.unit.jobs.story.drills import changed, drill

Facts = dict[str, Any]


def test_a_machine_that_took_etcd_s_leader_along_is_a_lost_machine() -> None:
    """etcd elects anew for a second, and says so: that is a further proof, not the cause."""

    def electing(facts: Facts) -> Facts:
        if facts["evidence"].get("verdict") == "not-yet":
            seen = {"etcd": {"reason": "no endpoint can answer (etcdserver: no leader)"}}
            facts["evidence"] |= {"verdict": "unknown", "claims": seen}
        return facts

    story = changed("kill-leader-machine-4", electing)
    assert story is not None
    assert story.cause is not None
    assert story.cause.kind == CauseKind.MACHINE_LOST
    assert any(p.text.startswith("etcd outage: ") for p in story.cause.proofs)


def test_an_outage_of_etcd_after_which_another_leads_is_one() -> None:
    """Everybody was cut off; that the old leader demoted itself is what an outage brings about."""

    def electing(facts: Facts) -> Facts:
        if facts["evidence"].get("verdict") == "contradicted":
            seen = {"etcd": {"reason": "no endpoint can answer (etcdserver: no leader)"}}
            facts["evidence"] |= {"verdict": "unknown", "claims": seen}
        return facts

    story = changed("leader-cut-4", electing)
    assert story is not None
    assert story.cause is not None
    assert story.cause.text == "etcd had no quorum, and pg2 led afterwards"


def test_an_outage_of_etcd_after_the_leader_moved_did_not_move_it() -> None:
    """A planned switchover stays one, though etcd is gone when the hosts are done."""

    def gone_at_the_end(facts: Facts) -> Facts:
        if facts["kind"] == Kind.CONCLUDED:
            seen = {"etcd": {"reason": "no endpoint can answer (etcdserver: no leader)"}}
            facts["evidence"] |= {"claims": seen}
        return facts

    story = changed("switchover-4", gone_at_the_end)
    assert story is not None
    assert story.cause is not None
    assert story.cause.kind == CauseKind.SWITCHOVER
    assert not any("etcd outage" in p.text for p in story.cause.proofs)


def test_a_second_move_is_told_and_not_explained() -> None:
    """One incident, three leaders: the cause is that of the first move, and says so."""
    one, facts = drill("switchover-4"), [fact_of(e) for e in drill("switchover-4").entries]
    story = fold(one.entries, one.incident)
    assert story is not None
    own = [fact for fact in facts if fact.incident == one.incident]
    cause = explain(replace(story, member="pg3"), own)
    assert cause is not None
    assert cause.text.endswith("somebody asked Patroni for it; after pg2, pg3 led")
