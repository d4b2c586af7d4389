"""What an on-call tool is told after a crash, an outage, a failover of Redis, and at the very first."""

from __future__ import annotations

from jobs.audit import Draft, Kind
from tests.contract.alerts.stage import Stage
from tests.contract.hook.receiver import Answer, Post, Receiver
from tests.world import make_world


def test_a_crash_before_the_note_repeats_the_same_id(stage: Stage) -> None:
    """The tool took it, the chronicle died: told again under the id it had, and nothing is left out."""
    stage.world.fail_over("pg2")
    stage.world.settle()
    taken: list[str] = []

    def die(post: Post) -> Answer:
        taken.append(post.id)
        if len(taken) == 1:
            stage.world.ledger.break_down()
        return Answer()

    stage.tool.answer = die
    stage.alerter.tick()
    stage.world.ledger.recover()
    stage.begin()
    assert taken[0] == taken[1]
    assert len(set(taken)) == len(taken) - 1
    assert stage.told()[-1] == "resolved shop-2"


def test_only_what_matters_is_told_after_an_outage(stage: Stage) -> None:
    """A night of the tool's: the one that it may have heard of ends by its own key, the two others share
    an alert, and one is open."""
    stage.tool.down()
    for member in ("pg2", "pg3", "pg1"):
        stage.fail_over(member)
    stage.world.ledger.append(
        "shop",
        [
            Draft(
                id="o",
                kind=Kind.OPENED,
                incident="shop-9",
                evidence={"why": "a new epoch", "before": "pg1"},
            )
        ],
    )
    stage.world.clock.pass_by(3600)
    stage.tool.up()
    stage.wait(60)
    missed = f"resolved shop:missed:{_missed(stage)}"
    assert sorted(stage.told()) == ["resolved shop-2", missed, "triggered shop-9"]
    stage.begin()
    assert len(stage.tool.posts) == 3


def _missed(stage: Stage) -> int:
    concluded = [
        e.seq for e in stage.world.ledger.entries("shop") if e.facts["kind"] == Kind.CONCLUDED
    ]
    return concluded[2]


def test_a_route_that_is_new_hears_of_no_past(tool: Receiver) -> None:
    """Concluded incidents of years are nobody's alert; the one that is open is."""
    world = make_world()
    world.settle()
    stage = Stage(tool, world)
    assert tool.posts == []
    stage.fail_over("pg2")
    assert stage.told()[0] == "triggered shop-2"


def test_a_trail_gap_is_told_although_its_number_was_read_before(stage: Stage) -> None:
    """A Redis failover took the newest entries; what is told from then on has their numbers."""
    stage.fail_over("pg2")
    stage.tool.posts.clear()
    del stage.world.ledger.store.of("shop").chain.entries[-3:]
    evidence = {"after": 20, "anchored": 23, "reason": "a failover"}
    stage.world.ledger.append("shop", [Draft(id="gap", kind=Kind.GAP, evidence=evidence)])
    stage.alerter.tick()
    assert stage.told() == ["triggered shop:trail-gap:20"]
