"""What a post-mortem needs besides the story: objectives, entries, and what proves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.anchor import Anchor
from jobs.audit import Entry, Head
from jobs.inventory.cluster import Objectives


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`now` is when the report is made (seconds since 1970), and where an open incident ends.
    `entries` are the trail's around the incident: what belongs to it is chosen from them. `head` is the
    trail's newest entry, `page` the address of the live page, `anchors` notes of the trail's head
    outside Redis; `silent` says which place for anchors could not be asked, and why."""

    now: float
    entries: Sequence[Entry]
    head: Head
    objectives: Objectives = field(default_factory=Objectives)
    anchors: Sequence[Anchor] = ()
    silent: str = ""
    page: str = ""
