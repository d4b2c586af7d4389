"""Notes where each trail stands, outside Redis: without it, whoever can write to Redis could write history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import cycle, islice
from typing import Self

import structlog

from jobs.anchor import Anchor, Mark, superfluous
from jobs.audit import NOT_OURS, Entry, Head, Kind
from jobs.audit.gap import draft_of, gap_of
from jobs.inventory import Inventory
from jobs.ports import Anchors, Clock, LedgerUnavailable, Record, Stand, Unavailable
from workers.anchor_view import View
from workers.secrets import Secrets
from workers.timepiece import SystemClock

log = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two anchors of a trail that moves."""
AGAIN = 5.0
"""Seconds until a place that failed is asked again."""
AT_ONCE = frozenset({Kind.CONCLUDED, Kind.ALARM, Kind.CHECKPOINT, Kind.GAP})
RUNS = 8
"""Runs of Redis that are remembered."""
UNEXPLAINED = "the trail is not the one that was anchored: pgbaton audit verify"


class Anchoring:
    """Anchors every trail that moved, and writes a `trail gap` where Redis lost what was anchored.

    `tick` is called each second or so, from one thread; it never raises for what cannot be reached.
    `last` is each cluster's newest anchor, `failing` why one cannot be placed or no longer fits.
    """

    def __init__(
        self, record: Record, places: Mapping[str, Anchors], *, clock: Clock | None = None
    ) -> None:
        self._record, self._clock = record, clock or SystemClock()
        self._views = {name: View(name, place) for name, place in places.items()}
        self._turns, self._alive = cycle(self._views), dict[str, int]()
        self.failing: dict[str, str] = {}

    @classmethod
    def of(cls, inventory: Inventory, secrets: Secrets, record: Record) -> Self:
        """For all clusters of the inventory, each in its own etcd; for none where `audit.anchors` is off."""
        from workers.etcd.placing import anchors_of

        return cls(record, anchors_of(inventory, secrets))

    @property
    def last(self) -> Mapping[str, Anchor]:
        """The newest anchor that this process placed or found, by cluster."""
        return {name: view.newest for name, view in self._views.items() if view.newest}

    def tick(self) -> None:
        """Look at every trail that may not be at rest: where all are, that is two questions."""
        heads = self._heads()
        with suppress(LedgerUnavailable):  # the chronicle itself says so
            for view in self._views.values():
                now, head = self._clock.monotonic(), heads.get(view.cluster)
                if now < view.retry or (head and (view.rests(head) or view.waits(head, now=now))):
                    continue
                self._look_at(view)

    def _heads(self) -> Mapping[str, Head]:
        """Nothing where they cannot be read: one that is broken must not bar the others. Which run of
        Redis lives now, which explains a loss later, any of them tells, each in its turn."""
        with suppress(LedgerUnavailable, ValueError):
            heads = self._record.heads(tuple(self._views))
            for cluster in islice(self._turns, 1):
                self._stand(cluster)
            return heads
        return {}

    def _look_at(self, view: View) -> None:
        """What ails one trail alone must not bar the others."""
        try:
            self._look(view)
        except LedgerUnavailable:
            view.retry = self._clock.monotonic() + AGAIN
            raise
        except Unavailable as error:
            self._put_off(view, str(error))
        except ValueError as error:
            self._leave(view, f"Redis holds what pgbaton never wrote there: {error}")

    def _look(self, view: View) -> None:
        stand = self._stand(view.cluster)
        if view.known is None or view.went_back(stand.head):
            self._compare(view)
            stand = self._stand(view.cluster)
        if not stand.head.seq or view.rests(stand.head):
            return
        view.urgent = view.urgent or self._wants_haste(view)
        if view.urgent or self._clock.monotonic() >= view.due:
            self._note(view)
        else:
            view.heard = stand.head

    def _stand(self, cluster: str) -> Stand:
        stand = self._record.stand(cluster)
        if stand.redis is not None:
            self._alive[stand.redis.run] = stand.now
            for run in list(self._alive)[:-RUNS]:
                del self._alive[run]
        return stand

    def _wants_haste(self, view: View) -> bool:
        after = view.looked if view.looked is not None else (view.newest.seq if view.newest else 0)
        haste = False
        for entry in self._record.entries(view.cluster, after=after):
            view.looked, haste = entry.seq, haste or _kind(entry) in AT_ONCE
        return haste

    def _note(self, view: View) -> None:
        """Anchor the head, once the newest anchor is known to belong to the same trail. A loss that was
        not explained may have been accepted meanwhile."""
        newest = view.newest
        if view.strangers or (newest and self._hash(view, newest.seq) != newest.hash):
            self._compare(view)
        stand = self._stand(view.cluster)
        if self._hash(view, stand.head.seq) != stand.head.hash:
            self._leave(view, f"{UNEXPLAINED} {view.cluster}")
            return
        anchor = Anchor(
            cluster=view.cluster,
            kind="head",
            seq=stand.head.seq,
            hash=stand.head.hash,
            at=stand.head.at,
            redis=stand.redis,
        )
        known = [*(view.known or ()), anchor]
        drop = superfluous(known, pinned=view.strangers)
        view.place.place(anchor, instead=drop)
        view.known = [one for one in known if one not in drop]
        view.urgent, view.due = False, self._clock.monotonic() + EVERY
        self._told(view)

    def _compare(self, view: View) -> None:
        """Hold what was anchored against the trail. The anchors are read first: what is noted of an
        entry is noted after it, so an anchor without its entry is a loss and not a matter of haste."""
        placed = list(view.place.placed(view.cluster))
        stand = self._stand(view.cluster)
        strangers = [a for a in placed if self._contradicts(view, a, stand)]
        explained = self._told_already(view, placed, strangers)
        rest = [a for a in strangers if a.mark not in explained]
        gap = self._gap(view, rest, placed, stand) if rest else None
        if gap is not None:
            view.place.place(gap)
            self._record.append(view.cluster, [draft_of(gap)])
            placed.append(gap)
            log.warning("audit.gap", cluster=view.cluster, after=gap.seq, reason=gap.why)
        view.known = placed
        view.off = frozenset(a.mark for a in strangers)
        view.strangers = view.off - explained - frozenset(gap.lost if gap else ())
        view.urgent = True
        self._told(view)

    def _contradicts(self, view: View, anchor: Anchor, stand: Stand) -> bool:
        if stand.first and anchor.seq < stand.first - 1:
            return False  # exported and dropped: only the export can say
        return self._hash(view, anchor.seq) != anchor.hash

    def _told_already(
        self, view: View, placed: list[Anchor], strangers: list[Anchor]
    ) -> frozenset[Mark]:
        """What earlier gaps explain; a gap that was noted and never told is told now."""
        marks = {a.mark for a in strangers}
        gaps = [a for a in placed if a.kind == "gap" and a not in strangers and marks & {*a.lost}]
        for gap in gaps:
            draft = draft_of(gap)
            entries = self._record.entries(view.cluster, after=gap.seq)
            if not any(draft.body() == entry.body for entry in entries):
                self._record.append(view.cluster, [draft])
        return frozenset(mark for gap in gaps for mark in gap.lost)

    def _gap(
        self, view: View, rest: list[Anchor], placed: list[Anchor], stand: Stand
    ) -> Anchor | None:
        lost = {a.mark for a in rest}
        lowest = min(a.seq for a in rest)
        after = (stand.head.seq, stand.head.hash)
        if stand.head.seq >= lowest:
            kept = [a.mark for a in placed if a.seq < lowest and a.mark not in lost]
            after = max(kept, default=self._beginning(view, stand))
        return gap_of(
            sorted(rest, key=lambda a: a.mark),
            after=after,
            at=stand.now,
            server=stand.redis,
            alive=self._alive,
        )

    def _beginning(self, view: View, stand: Stand) -> Mark:
        return (before := max(stand.first - 1, 0)), self._hash(view, before)

    def _hash(self, view: View, seq: int) -> str:
        """The hash of an entry, or what its successor says of it; "" where there is neither."""
        for entry in self._record.entries(view.cluster, after=max(seq - 1, 0), upto=seq + 1):
            return entry.hash if entry.seq == seq else entry.prev
        return ""

    def _told(self, view: View) -> None:
        self._say(view, f"{UNEXPLAINED} {view.cluster}" if view.strangers else "")

    def _put_off(self, view: View, reason: str) -> None:
        """All clusters of one etcd fail alike; the others go on."""
        for other in self._views.values():
            if other.place is view.place:
                other.retry = self._clock.monotonic() + AGAIN
        self._leave(view, reason)

    def _leave(self, view: View, reason: str) -> None:
        """What is wrong with one trail is no reason to leave the others."""
        view.retry = self._clock.monotonic() + AGAIN
        self._say(view, reason)

    def _say(self, view: View, reason: str) -> None:
        before = self.failing.get(view.cluster, "")
        if reason == before:
            return
        if reason:
            self.failing[view.cluster] = reason
            log.warning("audit.unanchored", cluster=view.cluster, reason=reason)
        else:
            del self.failing[view.cluster]
            log.info("audit.anchored-again", cluster=view.cluster)


def _kind(entry: Entry) -> str:
    """What an entry is; "" for what is none: it is for `verify` to say so."""
    try:
        return str(entry.facts["kind"])
    except NOT_OURS:
        return ""
