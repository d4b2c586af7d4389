"""A process that dies after any effect leaves a thread that ends as if it had lived."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.fakes.hosts import WorkerDied
from tests.unit.workers.chronicle.nights import NIGHTS
from tests.unit.workers.chronicle.stage import Stage, settled

NIGHT = "host fails"
EFFECTS = 14
"""More than this night has: posts and edits in Slack, or steps of the ledger while they are made."""


def backlog() -> Stage:
    """A night that nobody has told yet."""
    stage = settled()
    NIGHTS[NIGHT](stage.world, stage.world.clock.pass_by)
    return stage


@pytest.fixture(scope="module")
def undisturbed() -> list[tuple[str, str | None, str]]:
    """What people read where nobody dies."""
    stage = backlog()
    stage.run(120)
    return stage.told()


@pytest.mark.parametrize("k", range(1, EFFECTS))
def test_death_right_after_slack_took_it(
    k: int, undisturbed: list[tuple[str, str | None, str]]
) -> None:
    """The k-th message stands, and the process dies before it could note so."""
    stage = backlog()
    stage.slack.die_after(k)
    stage.outlive(150)
    stage.check()
    assert stage.told() == undisturbed


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", range(1, EFFECTS * 2))
def test_death_around_what_is_remembered(
    k: int, when: Literal["before", "after"], undisturbed: list[tuple[str, str | None, str]]
) -> None:
    """The process dies just before, or just after, its k-th step in Redis."""
    stage = backlog()
    stage.world.ledger.fail(k, when, WorkerDied())
    stage.outlive(150)
    stage.check()
    assert stage.told() == undisturbed


@pytest.mark.parametrize("k", range(1, 8))
def test_death_while_the_incident_goes_on(k: int) -> None:
    """Told live, with a process that dies at every k-th message: the same replies, each once."""
    stage = settled()
    stage.slack.die_after(k)

    def step(seconds: float) -> None:
        stage.outlive(seconds)
        if stage.slack._left is None:
            stage.slack.die_after(k)

    stage.world.clock.pass_by(1)
    NIGHTS[NIGHT](stage.world, step)
    stage.slack.live()
    stage.run(60)
    assert stage.lives > 2 or k > 3
    assert stage.replies("shop-2") == ["proof", "fail", "ack", "end"]
    stage.check()


@pytest.mark.parametrize("k", range(1, EFFECTS))
def test_a_lost_answer_at_any_place(k: int, undisturbed: list[tuple[str, str | None, str]]) -> None:
    """Slack took the k-th message and its answer was lost; so was that of the next one."""
    stage = backlog()
    calls = stage.slack.calls

    def done() -> int:
        return calls.get("post", 0) + calls.get("edit", 0)

    until = done() + k - 1
    for _ in range(300):
        if done() == until:
            stage.slack.lose_answers(2)
            until = -1
        stage.run(0.5)
    stage.check()
    assert stage.told() == undisturbed
