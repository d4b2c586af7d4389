"""What Redis lost and what somebody took away: without the difference a failover would look like a crime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jobs.anchor import Anchor, Mark, Server, name_of
from jobs.audit.entry import Draft, Kind

FRESH = 5_000_000
"""Microseconds within which a Redis that crashes may not have written an entry to its disk
(`appendfsync everysec` flushes each second; `always` loses nothing)."""


def gap_of(
    strangers: Sequence[Anchor],
    *,
    after: Mark,
    at: int,
    server: Server | None,
    alive: Mapping[str, int],
) -> Anchor | None:
    """The note of a gap behind the mark `after`, where Redis itself proves how it lost what the anchors
    name; only what it proves is in it. None where it proves nothing. `at` is now (Redis TIME); `alive`
    says when each run of Redis was last seen (Redis TIME), by us, in the order in which they came."""
    proven = [(a, why) for a in strangers if (why := _why_lost(a, server, alive))]
    if not proven:
        return None
    newest, why = proven[-1]
    return Anchor(
        cluster=newest.cluster,
        kind="gap",
        seq=after[0],
        hash=after[1],
        at=at,
        redis=server,
        lost=tuple(anchor.mark for anchor, _ in proven),
        why=why,
    )


def draft_of(gap: Anchor) -> Draft:
    """The entry that tells of a gap, made of its note alone: the same entry, however often it is made."""
    return Draft(id=f"gap:{name_of(gap)}", kind=Kind.GAP, evidence=evidence_of(gap))


def evidence_of(gap: Anchor) -> Mapping[str, Any]:
    """What the entry must say, and what `audit verify` holds it to."""
    accepted = {"how": "accepted", "by": gap.by} if gap.by else {}
    return accepted | {
        "after": gap.seq,
        "head": gap.hash,
        "anchored": max(seq for seq, _ in gap.lost),
        "lost": [list(mark) for mark in gap.lost],
        "reason": gap.why,
        "redis": None if gap.redis is None else asdict(gap.redis),
    }


def _why_lost(anchor: Anchor, now: Server | None, alive: Mapping[str, int]) -> str | None:
    then = anchor.redis
    if then is None or now is None:
        return None
    if _promoted_without(then, now):
        return (
            f"Redis failed over: the replica that was promoted (history {now.replid[:12]}) had {then.replid[:12]}"
            f" up to byte {now.second - 1}, and entry {anchor.seq} stood at byte {then.offset} or just before"
        )
    if _crashed_at_once(anchor, then, now, alive):
        return (
            f"Redis began anew (run {now.run[:12]} after {then.run[:12]}) before entry {anchor.seq} was on its"
            " disk: see that it has `appendfsync always`"
        )
    return None


def _promoted_without(then: Server, now: Server) -> bool:
    """A promoted replica is another server than the one that wrote the entry; it names the history that
    it continues, and its last byte of it. An entry that it had received, and that is gone, was taken away."""
    another = now.run != then.run and now.replid2 == then.replid
    return another and then.offset >= now.second > 0


def _crashed_at_once(anchor: Anchor, then: Server, now: Server, alive: Mapping[str, int]) -> bool:
    """The run that wrote the entry was not seen any more once the entry was on its disk for certain, and
    none was seen between it and this one: a run in between had read that disk, and lost what it had itself."""
    before = [run for run in alive if run != now.run]
    return before[-1:] == [then.run] and alive[then.run] - anchor.at < FRESH
