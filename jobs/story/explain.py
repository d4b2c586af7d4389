"""From the raw signals of one incident to its cause, purely; where they allow none, there is none."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.story.cause import Cause
from jobs.story.fact import Fact
from jobs.story.story import Story


def explain(story: Story, heard: Sequence[Fact]) -> Cause | None:  # noqa: ARG001 - being written
    """The incident's cause with its evidence, or None."""
    return None
