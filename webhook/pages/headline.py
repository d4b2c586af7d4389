"""What happened, in plain words: the sentence that somebody woken at three reads first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jobs.inventory import Objectives
from jobs.story import Story

Standing = Literal["over", "moving", "stuck", "held"]

STATES = {
    "over": ("✓", "concluded"),
    "moving": ("▲", "open"),
    "stuck": ("■", "open, needs a look"),
    "held": ("‖", "open, a return is held back"),
}
"""Sign and word of each standing: never a colour alone."""

WEIGHT: Mapping[Standing, str] = {"over": "good", "moving": "warn", "stuck": "bad", "held": "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One of an incident's times against its objective, in seconds; `at` its instant."""

    name: str
    at: float | None
    seconds: float | None
    objective: float | None = None

    @property
    def word(self) -> str:
        """How it stands: never a colour alone."""
        if self.objective is None:
            return ""
        if self.seconds is None:
            return "not yet"
        return "met" if self.seconds <= self.objective else "missed"


def standing(story: Story) -> Standing:
    """Over, going its way, held back, or in need of somebody: it acts on nothing, a target fails, or an
    alarm came after which nothing went well."""
    if story.over:
        return "over"
    if story.hold is not None and story.verdict == "confirmed":
        return "held"
    failing = any(one.failures and not one.holds for one in story.targets)
    if failing or story.verdict not in {"confirmed", "not-yet"}:
        return "stuck"
    alarmed = max((one.at for one in story.alarms), default=0.0)
    return "stuck" if alarmed > _went_well(story) else "moving"


def _went_well(story: Story) -> float:
    proven = (one.at for one in story.verdicts if one.verdict == "confirmed")
    follow = (one.at for one in story.targets if one.holds and one.at is not None)
    return max((*proven, *follow), default=0.0)


def headline(story: Story) -> str:
    """One sentence: who leads, who led, who follows."""
    if story.verdict != "confirmed" or story.member is None:
        return _unproven(story)
    led = story.before not in {None, story.member}
    who = (
        f"{story.member} leads {story.cluster}; {story.before} led until then."
        if led
        else f"{story.member} leads {story.cluster}."
    )
    return f"{who} {_followed(story)}".strip()


def _unproven(story: Story) -> str:
    if story.over:
        return f"{story.cluster}: over, without a proven new leader."
    return f"Nobody is proven to lead {story.cluster} ({story.verdict})."


def _followed(story: Story) -> str:
    many = len(story.targets)
    if story.hold is not None:
        return "Its return is held back, and applications stay where they were."
    if not many:
        return ""
    if story.held == many:
        return "Everything follows it now." if many > 1 else f"{story.targets[0].told} follows."
    return f"{story.held} of {many} follow so far."


def zero(story: Story) -> float:
    """The instant that offsets count from, in the picture too: the first sign."""
    return story.times.detected


def measures(story: Story, objectives: Objectives | None) -> tuple[Measured, ...]:
    """Every instant in order, with the objectives where the cluster has some."""
    times, begun = story.times, zero(story)
    goals, lost = objectives or Objectives(), times.leader_lost or begun
    named = (
        ("detected", times.detected, begun, None),
        ("leader lost", times.leader_lost, begun, None),
        ("elected", times.elected, begun, None),
        ("verified", times.verified, times.detected, goals.verified),
        ("first target follows", times.first_host, times.detected, None),
        ("last target follows", times.last_host, times.detected, goals.last_host),
        ("writes resumed", times.writes_resumed, lost, goals.writes_resumed),
        ("concluded", times.concluded, begun, None),
    )
    return tuple(
        Measured(
            name=name,
            at=at,
            seconds=None if at is None else at - since,
            objective=goal if objectives is not None else None,
        )
        for name, at, since, goal in named
        if at is not None or goal is not None
    )
