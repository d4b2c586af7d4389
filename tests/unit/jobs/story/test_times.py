"""A story's times against those that the drill measured by its own eyes on etcd, PostgreSQL and orders."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.picture.writes import out_of
from jobs.story import Story
from tests.unit.jobs.story.drills import NAMES, changed, drill, story_of

MOVED = [n for n in NAMES if drill(n).times["verified"] is not None]
WITHIN = 0.25
"""Seconds: the watch's way, and a shop that orders ten times a second."""


def fault(name: str, story: Story) -> float:
    """When the fault was, by the one instant that both take from the same entry."""
    verified, after = story.times.verified, drill(name).times["verified"]
    assert verified is not None
    assert after is not None
    return verified - after


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("detected", "event_received"),
        ("leader_lost", "leader_lost"),
        ("elected", "leader_elected"),
        ("first_host", "first_host"),
        ("last_host", "last_host"),
        ("writes_resumed", "writes_resumed"),
    ],
)
def test_times_are_what_the_drill_saw(name: str, ours: str, theirs: str) -> None:
    """From the trail alone, to a quarter of a second. Some may differ, and in one way only: a leader
    that demotes itself is lost before its key; what a dead worker did is known once it is proven; a shop
    behind a balancer orders before its check is through, and the balancer itself is a target too."""
    story = story_of(name)
    told, seen = getattr(story.times, ours) - fault(name, story), drill(name).times[theirs]
    assert seen is not None
    if (name, ours) == ("leader-cut-4", "leader_lost"):
        assert told < seen - 5
    elif (name, ours) == ("worker-killed-4", "writes_resumed"):
        assert told > seen
    elif (name, ours) == ("linode-down-4", "last_host"):
        assert told >= seen - WITHIN
    elif (name, ours) == ("linode-down-4", "writes_resumed"):
        assert seen <= told <= seen + 1
    else:
        assert told == pytest.approx(seen, abs=WITHIN)


@pytest.mark.parametrize("name", NAMES)
def test_times_are_in_order(name: str) -> None:
    """What follows from another does not come before it."""
    times = story_of(name).times
    assert times.verified is not None
    assert times.concluded is not None
    assert times.detected <= times.opened <= times.concluded
    known = [times.first_host, times.last_host, times.writes_resumed]
    assert all(times.verified <= at <= times.concluded for at in known if at is not None)
    lost = times.leader_lost
    assert lost is None or lost <= (times.elected or times.verified)


@pytest.mark.parametrize("name", ["postgres-crash-4", "etcd-outage-4"])
def test_who_kept_the_key_was_not_elected(name: str) -> None:
    """The leader is lost with the first look that could not prove it, and writes are taken again once
    it is proven, on every host that had to raise its fence."""
    times = story_of(name).times
    assert times.elected is None
    assert times.leader_lost == times.opened
    assert times.writes_resumed == (times.last_host or times.verified)


def test_who_was_only_out_of_our_reach_was_not_lost() -> None:
    """It held its key in every look, and nobody can say that its applications did not reach it either:
    no loss is told, and no return."""

    def unreached(facts: dict[str, Any]) -> dict[str, Any]:
        if facts["evidence"].get("verdict") == "not-yet":
            facts["evidence"]["verdict"] = "unknown"
        return facts

    story = changed("postgres-crash-4", unreached)
    assert story is not None
    assert {said.verdict for said in story.verdicts} == {"unknown", "confirmed"}
    assert (story.times.leader_lost, story.times.writes_resumed) == (None, None)


@pytest.mark.parametrize("name", MOVED)
def test_a_silence_that_nobody_could_see_is_owned_up_to(name: str) -> None:
    """A lost machine's lease outlives it: the drill saw its shops stop seconds before the trail could
    know, so lengths that begin with its loss are told as the least they were. No other cause says so."""
    story, lost = story_of(name), drill(name).times["leader_lost"]
    killed = name.startswith(("kill-leader-machine", "linode-down"))
    assert story.unseen == killed
    assert bool(story.caveat) == killed
    out = out_of(story, now=story.times.concluded or 0)
    assert out is None or out.took.startswith("at least") == killed
    if killed:
        assert lost is not None
        assert lost > 10
