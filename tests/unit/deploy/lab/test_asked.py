"""What `./dev drill` was asked for is played whole, or refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest

from deploy.lab.drill.asked import Asked, alone, run, wanted_of
from deploy.lab.drill.disasters import DISASTERS

NOTHING = Asked(
    names=(),
    profile="lab",
    patroni="4",
    endpoint=None,
    listed=False,
    machines=False,
    times=None,
    at_once=2,
    seed=7,
    minutes=10,
    number=None,
    mutants=False,
    table=False,
    results=None,
    report=None,
    export_audit=None,
)


def asked(*names: str, **more: object) -> Asked:
    return replace(NOTHING, names=names, **more)  # type: ignore[arg-type]


def names(one: Asked) -> list[str]:
    return [wanted.name for wanted in wanted_of(one)]


def test_what_is_named_is_played_once() -> None:
    """In its order; nothing named is the usual one; all is all, and random may stand beside it."""
    assert names(asked()) == ["kill-leader-machine"]
    assert names(asked("leader-cut", "switchover", "leader-cut")) == ["leader-cut", "switchover"]
    assert names(asked("all", "switchover")) == list(DISASTERS)
    assert names(asked("all", "random")) == [*DISASTERS, "random-7-0-10min"]


def test_composed_minutes_add_up_to_what_was_asked() -> None:
    """Labs of ten minutes, and the rest in the last; each with words that play it alone."""
    rounds = wanted_of(asked("random", minutes=25.5))
    assert [one.minutes for one in rounds] == [10, 10, 5.5]
    again = wanted_of(asked("random", minutes=5.5, number=2))
    assert [one.name for one in again] == [rounds[-1].name]
    assert "--round=2" in rounds[-1].words


def test_one_is_played_before_the_eyes() -> None:
    """Several, all, or one some times over are told in a line each."""
    for one, expected in (
        (asked("switchover"), True),
        (asked("switchover", times=1), False),
        (asked("all"), False),
        (asked("random"), True),
        (asked("random", minutes=11.0), False),
    ):
        assert alone(one, wanted_of(one)) is expected


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (asked("nonsense"), "there is no nonsense"),
        (asked("switchover", machines=True), "booted machines play kill-leader-machine"),
        (asked(machines=True, endpoint="both"), "with --endpoint leader"),
        (asked(machines=True, times=2), "go with one drill"),
        (asked("switchover", "leader-cut", export_audit=Path("trail")), "go with one drill"),
        (asked("nonsense", mutants=True), "nonsense"),
    ],
)
def test_what_cannot_be_played_is_refused(one: Asked, said: str) -> None:
    """An unknown name, or an option that would be left out in silence."""
    with pytest.raises(click.UsageError, match=said):
        run(one)
