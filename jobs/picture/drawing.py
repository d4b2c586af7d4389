"""From a story to the markup that a page embeds as it is."""

from __future__ import annotations

from jobs.picture.layout import layout
from jobs.picture.parts import NARROW, WIDE, Shape
from jobs.picture.svg import svg
from jobs.story import Story


def draw(story: Story, *, now: float, shape: Shape = WIDE) -> str:
    """One inline SVG of an incident. `now` is in seconds since 1970."""
    return svg(layout(story, now, shape=shape))


def figure(story: Story, *, now: float) -> str:
    """Both shapes; PALETTE shows the one that fits: the narrow one on a phone, the wide one else."""
    return draw(story, now=now, shape=WIDE) + draw(story, now=now, shape=NARROW)
