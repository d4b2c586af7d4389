"""What a trail says of itself: entries that were lost or dropped. Whoever can write to Redis can say so too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jobs.anchor import Anchor, Mark
from jobs.audit.entry import NOT_OURS, Entry, Kind
from jobs.audit.finding import Finding, Sign
from jobs.audit.gap import evidence_of

_HINTS = tuple(f'"kind":"{kind}"' for kind in (Kind.CHECKPOINT, Kind.GAP))


@dataclass(slots=True)
class Claims:
    """The checkpoints and gaps met along a trail, and which of them an anchor confirms."""

    checkpoints: list[tuple[Entry, Mapping[str, Any]]] = field(default_factory=list)
    gaps: list[tuple[Entry, Mapping[str, Any]]] = field(default_factory=list)
    _proven: list[Anchor] = field(default_factory=list)

    def passing(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The same entries; those that claim something are remembered."""
        for entry in entries:
            body = entry.body
            if _HINTS[0] in body or _HINTS[1] in body:
                self._remember(entry)
            yield entry

    def findings(self, anchors: Sequence[Anchor], *, asked: bool) -> Iterator[Finding]:
        """One for each claim; without its anchor it is a lie, or doubtful where nobody was asked."""
        for entry, evidence in self.checkpoints:
            yield self._checkpoint(entry, evidence, anchors, doubtful=not asked)
        for entry, evidence in self.gaps:
            yield self._gap(entry, evidence, anchors, doubtful=not asked)

    def dropped(self, before: Mark) -> bool:
        """Whether a checkpoint says that everything up to this entry was exported and dropped."""
        return any(
            (evidence.get("through"), evidence.get("head")) == before
            for _, evidence in self.checkpoints
        )

    def exports(self) -> Mapping[int, str]:
        """The digest of each export that a checkpoint names, by the number of its last entry."""
        named = ((e.get("through"), e.get("sha256")) for _, e in self.checkpoints)
        return {n: digest for n, digest in named if isinstance(n, int) and isinstance(digest, str)}

    def explains(self, anchor: Anchor, *, asked: bool) -> bool:
        """Whether a proven gap tells why an anchored entry is not there. Places that note no server
        (Slack, a person) are not named in it: for them its range and its instant count."""
        return asked and any(_lost(anchor, gap) for gap in self._proven)

    def _remember(self, entry: Entry) -> None:
        try:
            facts = entry.facts
            kind, evidence = facts["kind"], facts["evidence"]
        except NOT_OURS:
            return
        if kind == Kind.CHECKPOINT and isinstance(evidence, dict):
            self.checkpoints.append((entry, evidence))
        if kind == Kind.GAP and isinstance(evidence, dict):
            self.gaps.append((entry, evidence))

    def _checkpoint(
        self,
        entry: Entry,
        evidence: Mapping[str, Any],
        anchors: Sequence[Anchor],
        *,
        doubtful: bool,
    ) -> Finding:
        said = evidence.get("through"), evidence.get("head"), evidence.get("sha256")
        told = f"entry {entry.seq}: entries up to {said[0]} were exported and dropped by {evidence.get('by')}"
        if any(a.kind == "checkpoint" and (*a.mark, a.export) == said for a in anchors):
            text = f"{told}; an anchor confirms it"
            return Finding(sign="checkpoint", first=entry.seq, last=entry.seq, text=text)
        return _unproven("checkpoint-unproven", entry, told, doubtful=doubtful)

    def _gap(
        self,
        entry: Entry,
        evidence: Mapping[str, Any],
        anchors: Sequence[Anchor],
        *,
        doubtful: bool,
    ) -> Finding:
        after, anchored = evidence.get("after"), evidence.get("anchored")
        told = f"entry {entry.seq}: a gap after entry {after}, up to {anchored}: {evidence.get('reason')}"
        mine = [a for a in anchors if a.kind == "gap" and a.lost and evidence_of(a) == evidence]
        if not mine:
            return _unproven("gap-unproven", entry, told, doubtful=doubtful)
        self._proven.append(mine[0])
        if mine[0].by:
            return _accepted(entry, mine[0])
        text = f"{told}. Gap, not tampering: an anchor confirms it"
        return Finding(sign="gap", first=entry.seq, last=entry.seq, text=text)


def _accepted(entry: Entry, gap: Anchor) -> Finding:
    last, day = (
        max(seq for seq, _ in gap.lost),
        datetime.fromtimestamp(entry.at / 1e6, tz=UTC).date(),
    )
    lost = f"entry {last}" if last == gap.seq + 1 else f"entries {gap.seq + 1} to {last}"
    text = f"entry {entry.seq}: a loss that {gap.by} accepted on {day}: {lost}, as they were anchored: {gap.why}"
    return Finding(sign="accepted", first=entry.seq, last=entry.seq, text=text)


def _unproven(sign: Sign, entry: Entry, told: str, *, doubtful: bool) -> Finding:
    why = "no anchor was asked" if doubtful else "no anchor confirms it"
    return Finding(
        sign=sign, first=entry.seq, last=entry.seq, text=f"{told}; {why}", doubtful=doubtful
    )


def _lost(anchor: Anchor, gap: Anchor) -> bool:
    """What notes no server was noted by another place, which the gap's note does not name."""
    if anchor.mark in gap.lost:
        return True
    if anchor.redis is not None or anchor.seq <= gap.seq:
        return False
    return anchor.at <= gap.at if anchor.at else anchor.seq <= max(seq for seq, _ in gap.lost)
