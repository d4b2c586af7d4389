"""Where a trail stood, noted outside Redis: without it, a chain recomputed from the middle on would fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from jobs.audit import canonical

NEWEST = 64
"""Heads that are all kept; of the older ones those at some powers of two behind the newest."""

Mark = tuple[int, str]
"""An entry's number and hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Which Redis holds a trail, in its own words (INFO): its run, the history it writes and how far,
    and the history that it wrote on from, up to byte `second`, when it was promoted."""

    run: str
    replid: str
    offset: int
    replid2: str | None = None
    second: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One note: entry `seq` of the cluster's trail had this hash.

    `head`: it was the newest then. `checkpoint`: everything up to it was exported (to a file with the
    SHA-256 `export`) and may be dropped. `gap`: of the entries after it, those `lost` were lost with
    Redis, and the trail goes on from it; `by` is who accepted a
    loss that Redis does not prove. `at` is the entry's instant (Redis TIME, microseconds); `place`
    where the note stands, as people read it; `redis` who said so, where it was known; `why` what explains a loss.
    """

    cluster: str
    kind: Literal["head", "checkpoint", "gap"]
    seq: int
    hash: str
    at: int
    place: str = ""
    redis: Server | None = None
    export: str | None = None
    lost: tuple[Mark, ...] = ()
    why: str = ""
    by: str = ""

    @property
    def mark(self) -> Mark:
        """What it says: a number and a hash."""
        return self.seq, self.hash


def to_text(anchor: Anchor) -> str:
    """An anchor as a place keeps it: canonical JSON, without the place itself."""
    return canonical({name: value for name, value in asdict(anchor).items() if name != "place"})


def from_text(text: str | bytes, *, place: str) -> Anchor:
    """Read an anchor; ValueError where it is none."""
    try:
        raw: dict[str, Any] = json.loads(text)
        known = {name: raw[name] for name in ("cluster", "kind", "seq", "hash", "at")}
        redis = raw.get("redis")
        lost = tuple((int(seq), str(hash_)) for seq, hash_ in raw.get("lost", ()))
        return Anchor(
            **known,
            place=place,
            redis=None if redis is None else Server(**redis),
            export=raw.get("export"),
            lost=lost,
            why=str(raw.get("why", "")),
            by=str(raw.get("by", "")),
        )
    except (AttributeError, KeyError, TypeError) as error:
        msg = f"{place} holds no anchor: {error}"
        raise ValueError(msg) from None


def name_of(anchor: Anchor) -> str:
    """A name by what the anchor says, in the order of its numbers: the same note has the same name,
    and another note has another one, so that it can never take its place."""
    said = canonical([anchor.kind, anchor.seq, anchor.hash, anchor.export, anchor.lost])
    return f"{anchor.seq:016d}-{anchor.kind}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def superfluous(anchors: Iterable[Anchor], *, pinned: Iterable[Mark] = ()) -> list[Anchor]:
    """The heads that need not be kept: all but the newest, and of the older ones the oldest in each
    span of doubled distance. Checkpoints, gaps and what is `pinned` always stay."""
    kept = set(pinned)
    heads = sorted((a for a in anchors if a.kind == "head"), key=lambda a: a.mark)
    seen: set[int] = set()
    drop = []
    for one in heads[:-NEWEST]:
        distance = (heads[-1].seq - one.seq).bit_length()
        if distance in seen and one.mark not in kept:
            drop.append(one)
        seen.add(distance)
    return drop
