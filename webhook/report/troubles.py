"""What failed and was tried again, and what people said about it, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.story import Said, Story, TargetStory
from webhook.report.instants import clock_of, exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that went wrong, or was said: entry, time of day, distance from the first sign."""

    seq: int
    clock: str
    after: str
    what: str
    text: str


def troubles_of(story: Story) -> list[Trouble]:
    """Failed tries, takeovers, alarms and what ended them; of a target's tries, those that its story
    still holds."""
    zero = story.times.detected
    failed = [one for t in (*story.targets, *story.gone) for one in _failed(t, zero)]
    taken = [_said(one, zero, "taken over") for one in story.retries]
    raised = [_said(one, zero, "alarm") for one in story.alarms]
    mended = [_said(one, zero, "mended") for one in story.mended]
    return sorted([*failed, *taken, *raised, *mended], key=lambda one: one.seq)


def notes_of(story: Story) -> list[Trouble]:
    """What people said."""
    return [_said(one, story.times.detected, one.by or "") for one in story.acks]


def _failed(target: TargetStory, zero: float) -> Iterator[Trouble]:
    for bar in target.bars:
        if not bar.holds:
            text = f"{target.told}: {bar.text}, after {exact(bar.ended - bar.begun)}"
            yield _trouble(bar.seq, bar.ended, zero, "failed try", text)


def _said(one: Said, zero: float, what: str) -> Trouble:
    return _trouble(one.seq, one.at, zero, what, one.text)


def _trouble(seq: int, at: float, zero: float, what: str, text: str) -> Trouble:
    return Trouble(seq=seq, clock=clock_of(at), after=f"+{exact(at - zero)}", what=what, text=text)
