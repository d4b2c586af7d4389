"""Where a trail stood, noted outside Redis: without it, a chain recomputed from the middle on would fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One note: entry `seq` of the cluster's trail had this hash.

    `head`: it was the newest then. `checkpoint`: everything up to it was exported and dropped.
    `gap`: the entries after it were lost with Redis, and the trail went on from it. `at` is the entry's
    instant (Redis TIME, microseconds); `place` where the note stands, as people read it; `redis` the
    replication id that Redis had, where it was known.
    """

    cluster: str
    kind: Literal["head", "checkpoint", "gap"]
    seq: int
    hash: str
    at: int
    place: str = ""
    redis: str | None = None
