"""The picture in words, for whoever cannot see it: its title, and its story in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.picture.letters import shown, span_of
from jobs.picture.rows import ends
from jobs.picture.tries import told_of
from jobs.picture.writes import out_of
from jobs.story import Story

NAMED = 5
"""Targets named in the words; the others are counted."""


def title_of(story: Story) -> str:
    """A few words, from whom to whom."""
    return f"Timeline of incident {shown(story.id)}: {led(story)}"


def led(story: Story) -> str:
    """From whom to whom the leadership went."""
    before, member = shown(story.before or "nobody known"), shown(story.member or "nobody yet")
    return member if before == member else f"{before} to {member}"


def told(story: Story, now: float) -> str:
    """What the picture shows, in sentences."""
    return " ".join(_sentences(story, now))


def _sentences(story: Story, now: float) -> Iterator[str]:
    times, zero = story.times, story.times.detected
    if times.leader_lost is not None:
        yield f"The leader was lost at {span_of(times.leader_lost - zero)}."
    if times.elected is not None:
        yield f"A new leader held the key at {span_of(times.elected - zero)}."
    if times.verified is not None:
        yield f"{shown(story.member)} was proven at {span_of(times.verified - zero)}."
    out = out_of(story, now)
    if out is not None:
        so_far = "" if out.ended is not None else " so far"
        some = (
            "" if out.some is None else f", for some applications {span_of(out.some - out.begun)}"
        )
        yield f"Writes were out for {out.took}{so_far}{some}."
    if story.targets:
        yield f"{story.held} of {len(story.targets)} targets follow."
    rough = [t for t in story.targets if t.failures or not t.holds]
    yield from (f"{told_of(t)}." for t in rough[:NAMED])
    if len(rough) > NAMED:
        yield f"{len(rough) - NAMED} more had failures."
    took = span_of(ends(story, now) - times.detected)
    yield f"Concluded after {took}." if story.over else f"Still open, after {took}."
