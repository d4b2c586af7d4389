"""What happens in peace and must be seen: a small message of its own, edited when it is well again."""

from __future__ import annotations

import pytest

from jobs.audit import Draft, Kind
from jobs.slack.layout import GREEN, RED
from jobs.slack.reading import read
from tests.fakes.messenger import Said
from tests.unit.workers.chronicle.stage import Stage, settled


@pytest.fixture
def stage() -> Stage:
    return settled()


def tell(stage: Stage, kind: Kind, *, id_: str = "", **evidence: object) -> None:
    draft = Draft(id=id_ or f"{kind}:{stage.world.clock.now()}", kind=kind, evidence=evidence)
    stage.world.ledger.append("shop", [draft])
    stage.run(5)


def goes_wrong(stage: Stage, balancer: str = "front") -> None:
    id_ = f"nodebalancer:{balancer}:job{stage.world.clock.now()}:alarm"
    reason = f"NodeBalancer {balancer} does not lead to pg1: pg1 is DOWN"
    tell(stage, Kind.ALARM, id_=id_, reason=reason, remedy="see HAProxy on pg1")


def is_well(stage: Stage, balancer: str = "front") -> None:
    tell(stage, Kind.BALANCER, balancer=balancer, outcome="follows", member="pg1")


def notices(stage: Stage) -> list[Said]:
    return [one for one in stage.slack.roots if one.key.startswith("notice-")]


def test_a_balancer_that_leads_nowhere_is_told_and_ends_well(stage: Stage) -> None:
    """Red with what to do; green once the balancer follows again."""
    goes_wrong(stage)
    [one] = notices(stage)
    assert one.message.colour == RED
    assert "What to do: see HAProxy on pg1" in read(one.message)
    is_well(stage)
    [one] = notices(stage)
    assert one.message.colour == GREEN
    assert "Well again" in " ".join(read(one.message))
    stage.check()


def test_one_that_flaps_is_one_message(stage: Stage) -> None:
    """Within ten minutes it is counted; later it is news."""
    for _ in range(3):
        goes_wrong(stage)
        is_well(stage)
    assert "3 times" in " ".join(read(notices(stage)[0].message))
    stage.run(700)
    goes_wrong(stage)
    assert len(notices(stage)) == 2
    stage.check()


def test_another_balancer_is_another_message(stage: Stage) -> None:
    """That one of them is well again says nothing of the other."""
    goes_wrong(stage)
    goes_wrong(stage, "back")
    is_well(stage)
    assert [one.message.colour for one in notices(stage)] == [GREEN, RED]


def test_a_gap_of_the_trail_is_told_once(stage: Stage) -> None:
    """It is what an auditor will ask about, and nothing makes it undone."""
    tell(stage, Kind.GAP, after=10, anchored=14, reason="Redis failed over")
    stage.run(1000)
    [one] = notices(stage)
    assert one.message.colour == RED
    assert "entries 11 to 14 are lost" in " ".join(read(one.message))


@pytest.mark.parametrize("kind", [Kind.DRIFT, Kind.PAUSED, Kind.FENCE_LIFTED, Kind.CHECKPOINT])
def test_everyday_things_stand_on_the_page_alone(stage: Stage, kind: Kind) -> None:
    """Drift that is mended, a pause in peace, a lifted fence, a trimmed trail wake nobody."""
    before = dict(stage.slack.calls)
    tell(stage, kind, by="dba", why="x", host="web1", drift=["a"], how="y", through=3, head="z")
    stage.run(20)
    assert stage.slack.calls == before


def test_a_notice_outlives_its_process(stage: Stage) -> None:
    """Another process makes it green."""
    goes_wrong(stage)
    stage.poster = stage.fresh()
    is_well(stage)
    [one] = notices(stage)
    assert one.message.colour == GREEN


def test_an_alarm_of_yesterday_is_no_news_at_a_first_start() -> None:
    """But for one that nothing has ended."""
    stage = Stage()
    for balancer in ("front", "back"):
        goes_wrong(stage, balancer)
    is_well(stage)
    stage.slack.said.clear()
    stage.world.ledger.texts.clear()
    stage.world.clock.pass_by(2 * 86_400)
    stage.poster = stage.fresh()
    stage.run(10)
    assert [" ".join(read(one.message)).count("back") for one in notices(stage)] == [2]
