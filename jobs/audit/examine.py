"""A trail held against itself and against its anchors: what is broken, from where on, and what still holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jobs.anchor import Anchor, Mark
from jobs.audit.chain import Verified
from jobs.audit.claims import Claims
from jobs.audit.entry import GENESIS, Entry
from jobs.audit.finding import Finding
from jobs.audit.stretch import Stretch, stretches

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found, in the order of the entries. `walk` are the entries that follow each other from the
    first on; `proven` those for which an anchor vouches, in ranges; `agreeing` the newest anchor that does;
    `anchors` how many were held against the trail; `exports` the SHA-256 of the export that a checkpoint
    names, by the last entry in it; `lost` the anchors that the trail contradicts and nothing explains;
    `newest` the entry that stands at the end."""

    walk: Verified
    first: int
    last: int
    count: int
    findings: tuple[Finding, ...]
    proven: tuple[Range, ...]
    agreeing: Anchor | None
    anchors: int
    exports: Mapping[int, str]
    lost: tuple[Anchor, ...] = ()
    newest: Mark = (0, GENESIS)

    @property
    def sound(self) -> bool:
        """True where nothing speaks against the trail."""
        return not any(one.bad for one in self.findings)

    @property
    def bad(self) -> Range | None:
        """Where the first entry lies that is not as it was."""
        return next(((one.first, one.last) for one in self.findings if one.bad), None)


def examine(
    entries: Iterable[Entry],
    *,
    anchors: Sequence[Anchor] = (),
    asked: bool = False,
    start: Mark | None = None,
    head: str | None = None,
) -> Examined:
    """Walk a trail from one end to the other, and hold it against its anchors.

    `asked` says that the place was asked that keeps all of them, so that a gap or a checkpoint without
    its anchor is a lie. `start` is the entry before the first one, for a part of a trail; `head` what the
    newest entry must hash to.
    """
    claims = Claims()
    wanted = frozenset(anchor.seq for anchor in anchors)
    rows = list(stretches(claims.passing(entries), wanted=wanted)) or [_nothing()]
    return _Bench(rows=rows, anchors=anchors, claims=claims, asked=asked).judged(start, head)


def _nothing() -> Stretch:
    return Stretch(first=1, last=0, prev=GENESIS, head=GENESIS)


@dataclass(slots=True, kw_only=True)
class _Bench:
    """One trail and its anchors, side by side."""

    rows: list[Stretch]
    anchors: Sequence[Anchor]
    claims: Claims
    asked: bool
    _agreeing: list[Anchor] = field(default_factory=list)
    _against: list[Anchor] = field(default_factory=list)
    _proven: tuple[Range, ...] = ()

    def judged(self, start: Mark | None, head: str | None) -> Examined:
        claimed = tuple(self.claims.findings(self.anchors, asked=self.asked))
        self._sort()
        findings = [
            *self._beginning(start),
            *self._breaks(),
            *claimed,
            *self._contradictions(),
            *self._end(head),
        ]
        first, last = self.rows[0].first, max(row.last for row in self.rows)
        return Examined(
            walk=self._walk(),
            first=first,
            last=last,
            count=sum(row.count for row in self.rows),
            findings=tuple(sorted(findings, key=lambda one: (not one.bad, one.first))),
            proven=self._proven,
            agreeing=max(self._agreeing, key=lambda a: a.seq, default=None),
            anchors=len(self.anchors),
            exports=self.claims.exports(),
            lost=tuple(self._against),
            newest=(self.rows[-1].last, self.rows[-1].head),
        )

    def _sort(self) -> None:
        """Which anchors agree, and which do not; what was dropped before the beginning, only an export
        can say."""
        before = self.rows[0].first - 1, self.rows[0].prev
        for anchor in self.anchors:
            if anchor.mark == before or self._stands(anchor):
                self._agreeing.append(anchor)
            elif anchor.seq >= before[0] and anchor.mark != (0, GENESIS):
                self._against.append(anchor)
        self._against = [a for a in self._against if not self.claims.explains(a, asked=self.asked)]
        self._proven = tuple(self._vouched())

    def _stands(self, anchor: Anchor) -> bool:
        return any(
            row.marks.get(anchor.seq) == anchor.hash and not row.changed for row in self.rows
        )

    def _walk(self) -> Verified:
        row = self.rows[0]
        broken = row if row.changed else next(iter(self.rows[1:]), None)
        entries = 0 if row.changed else row.count
        if broken is None:
            return Verified(entries=entries, head=row.head)
        head = row.prev if row.changed else row.head
        return Verified(entries=entries, head=head, bad=broken.first, reason=broken.fault)

    def _beginning(self, start: Mark | None) -> Iterator[Finding]:
        """A trail begins with entry 1, or says where its beginning went."""
        row = self.rows[0]
        before = row.first - 1, row.prev
        if before in {(0, GENESIS), start} or self.claims.dropped(before):
            return
        if row.first <= 1:
            text = f"entry {row.first} does not follow from the beginning of a trail"
            yield Finding(sign="misplaced", first=1, last=1, text=text)
            return
        missing = "entry 1 is" if before[0] == 1 else f"entries 1 to {before[0]} are"
        text = f"{missing} missing; entry {row.first} stands at the beginning, and no checkpoint says why"
        yield Finding(sign="begins-late", first=1, last=before[0], text=text)

    def _breaks(self) -> Iterator[Finding]:
        for row in self.rows:
            if row.changed:
                place = row.first or row.expected
                yield Finding(sign="changed", first=place, last=place, text=row.fault)
            elif row.fault:
                first, last = self._suspects(row)
                yield Finding(sign="misplaced", first=first, last=last, text=row.fault)

    def _suspects(self, row: Stretch) -> Range:
        """Where two neighbours do not fit, either may be the wrong one, unless an anchor knows one."""
        if row.first > row.expected:
            return row.expected, row.first - 1
        if row.first < row.expected:
            place = row.first or row.expected
            return place, place
        if self._knows(row.first - 1):
            return row.first, row.first
        if self._knows(row.first):
            return row.first - 1, row.first - 1
        return max(row.first - 1, 1), row.first

    def _knows(self, seq: int) -> bool:
        return any(first <= seq <= last for first, last in self._proven)

    def _contradictions(self) -> Iterator[Finding]:
        end = max(self.rows, key=lambda row: row.last)
        inside = sorted((a for a in self._against if self._rewritten(a)), key=lambda a: a.seq)
        if inside:
            yield self._recomputed(inside[0], len(inside))
        beyond = [a for a in self._against if a.seq > end.last]
        if beyond:
            yield self._cut_short(end, beyond)

    def _cut_short(self, end: Stretch, beyond: Sequence[Anchor]) -> Finding:
        """A trail that went on after its end was lost has other entries in the place of those."""
        near, far = min(beyond, key=lambda a: a.seq), max(beyond, key=lambda a: a.seq)
        went_on = 0 < near.at < end.at
        first = self._last_before(near) + 1 if went_on else end.last + 1
        ends = f"the trail ends at entry {end.last}" if end.last else "the trail is empty"
        more = ", and what came instead began later" if went_on else ""
        text = f"{ends}, but entry {far.seq} was anchored in {far.place}{more}"
        return Finding(sign="ends-early", first=first, last=far.seq, text=text)

    def _last_before(self, anchor: Anchor) -> int:
        """The newest entry below an anchor that the trail contradicts of which another anchor says that
        it stood there already then."""
        below = [a.seq for a in self._agreeing if _earlier(a, anchor)]
        return max(below, default=self.rows[0].first - 1)

    def _rewritten(self, anchor: Anchor) -> bool:
        if anchor.seq == self.rows[0].first - 1:
            return True
        return any(anchor.seq in row.marks and not row.changed for row in self.rows)

    def _recomputed(self, anchor: Anchor, count: int) -> Finding:
        first = self._last_before(anchor) + 1
        more = f" ({count} anchors say so)" if count > 1 else ""
        text = (
            f"entry {anchor.seq} is not the one that was anchored in {anchor.place}{more}:"
            f" the chain was made anew, and the first false entry lies in {first} to {anchor.seq}"
        )
        return Finding(sign="recomputed", first=first, last=anchor.seq, text=text)

    def _end(self, head: str | None) -> Iterator[Finding]:
        newest = self.rows[-1]
        if head is not None and head != newest.head:
            text = f"the head is {newest.head}, not {head}"
            yield Finding(sign="another-head", first=newest.last, last=newest.last + 1, text=text)

    def _vouched(self) -> Iterator[Range]:
        """An anchor proves its entry, and with it all before it that lead there, as far as they stood
        there when no anchor contradicted them: what is written anew is anchored like anything else."""
        true = {anchor.mark for anchor in self._agreeing}
        doubted = max((a.seq for a in self._against), default=0)
        sure = {a.mark for a in self._agreeing if all(_earlier(a, b) for b in self._against)}
        for row in self.rows:
            if row.changed:
                continue
            known = {mark for mark in row.marks.items() if mark in true}
            old = max((seq for seq, _ in known & sure), default=0)
            new = max((seq for seq, _ in known), default=0)
            if old:
                yield row.first, old
            if new > max(old, doubted):
                yield max(row.first, doubted + 1), new


def _earlier(agreeing: Anchor, against: Anchor) -> bool:
    """Whether an anchor that agrees is of the trail in which the other one stood, too, and not of what
    was put in its place: lower in number, and not later by the clock where both say."""
    late = agreeing.at > against.at > 0
    return agreeing.seq < against.seq and not late
