"""How long it took against how long it may take: without it a post-mortem would have no yardstick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jobs.story import Story
from webhook.report.context import Context
from webhook.report.instants import exact

Result = Literal["met", "missed", "open", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One objective: what was wanted, what it took, and the difference in words."""

    name: str
    wanted: str
    took: str
    result: Result
    told: str


def goals_of(story: Story, context: Context) -> Iterator[Goal]:
    """The objectives of the inventory, in the order of the road."""
    t, wanted, now = story.times, context.objectives, _until(story, context.now)
    yield _goal(
        "new leader proven, after the first sign", wanted.verified, t.detected, t.verified, now
    )
    everyone = t.last_host if story.targets and story.held == len(story.targets) else None
    if story.targets:
        name = "every target follows, after the first sign"
        yield _goal(name, wanted.last_host, t.detected, everyone, now)
    else:
        yield _unknown("every target follows", wanted.last_host, "nothing follows this cluster")
    if t.leader_lost is None:
        why = "no loss of the leader was heard"
        yield _unknown(
            "every application writes again, after the leader's loss", wanted.writes_resumed, why
        )
    else:
        seen = " was seen" if story.unseen else ""
        name = f"every application writes again, after the leader's loss{seen}"
        yield _goal(name, wanted.writes_resumed, t.leader_lost, t.writes_resumed, now)


def _until(story: Story, now: float) -> float | None:
    """None where nothing more will come."""
    return None if story.over else max(now, story.times.opened)


def _goal(name: str, wanted: float, begun: float, ended: float | None, now: float | None) -> Goal:
    if ended is not None:
        took = max(ended - begun, 0)
        left = wanted - took
        told = f"met, {exact(left)} to spare" if left >= 0 else f"missed by {exact(-left)}"
        result: Result = "met" if left >= 0 else "missed"
        return Goal(name=name, wanted=_most(wanted), took=exact(took), result=result, told=told)
    if now is None:
        return _unknown(name, wanted, "it did not happen while the incident lasted")
    so_far = max(now - begun, 0)
    if so_far > wanted:
        told, result = f"missed by {exact(so_far - wanted)} so far", "missed"
    else:
        told, result = "not yet", "open"
    return Goal(
        name=name, wanted=_most(wanted), took=f"{exact(so_far)} so far", result=result, told=told
    )


def _unknown(name: str, wanted: float, why: str) -> Goal:
    return Goal(name=name, wanted=_most(wanted), took="", result="unknown", told=why)


def _most(seconds: float) -> str:
    return f"{seconds:g} s at most"
