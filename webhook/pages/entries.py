"""An incident's entries as sentences, the newest first page by page, with what cannot be read named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jobs.audit import NOT_OURS, Entry, Kind, Span
from jobs.ports import ReadTrail
from jobs.sentences import Tone
from jobs.story.reading import AROUND
from jobs.story.signals import AFTER, BEFORE
from jobs.timeline import tell

PAGE = 200
"""Entries on one page."""

WINDOW = 400
"""Entries read at once, from the newest back."""

SHARED = frozenset(
    {Kind.EVENT, Kind.REFUSED, Kind.DRIFT, Kind.PAUSED, Kind.RESUMED, Kind.FENCE_LIFTED}
    | {Kind.JOURNAL, Kind.ALARM, Kind.BALANCER, Kind.GAP, Kind.CHECKPOINT}
)
"""What may happen meanwhile without being any incident's."""

UNREADABLE = "this entry cannot be read: `pgbaton audit verify` says whether somebody changed it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry as a sentence. `evidence` is pretty JSON; `at` is in seconds since 1970. `own` is
    False for what only happened meanwhile."""

    seq: int
    at: float
    kind: str
    tone: Tone
    text: str
    evidence: str
    hash: str
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of entries, oldest first; `older` is the number before which there are more."""

    lines: tuple[Told, ...]
    older: int | None


def sheet(
    trail: ReadTrail, cluster: str, span: Span, *, ended: float | None, before: int | None
) -> Sheet:
    """The newest entries of an incident with a number below `before`. `ended` is when it concluded, in
    seconds: what came much later and is not its own does not belong."""
    bottom, newest = max(span.first - AROUND, 1), span.last + AROUND
    top = newest if before is None else min(newest, before - 1)
    begun = next((e.at for e in trail.entries(cluster, after=span.first - 1, upto=span.first)), 0)
    within = begun / 1e6 - BEFORE, float("inf") if ended is None else ended + AFTER
    found = list(_back(trail, cluster, span.incident, bottom=bottom, top=top, within=within))
    kept = tuple(reversed(found[:PAGE]))
    return Sheet(lines=kept, older=kept[0].seq if len(found) > PAGE else None)


def _back(
    trail: ReadTrail,
    cluster: str,
    incident: str,
    *,
    bottom: int,
    top: int,
    within: tuple[float, float],
) -> Iterator[Told]:
    """From the newest entry back; a window is read in the order in which Redis gives it."""
    found = 0
    while top >= bottom and found <= PAGE:
        low = max(bottom, top - WINDOW + 1)
        window = list(trail.entries(cluster, after=low - 1, upto=top))
        for line in _belonging(reversed(window), incident, within):
            found += 1
            yield line
        top = low - 1


def _belonging(
    entries: Iterable[Entry], incident: str, within: tuple[float, float]
) -> Iterator[Told]:
    for entry in entries:
        line, owner = told(entry)
        meanwhile = within[0] <= line.at <= within[1] and (owner is None)
        if owner == incident or (meanwhile and line.kind in {*SHARED, "unreadable"}):
            yield line if owner == incident else _foreign(line)


def _foreign(line: Told) -> Told:
    return replace(line, own=line.kind == Kind.EVENT)


def told(entry: Entry) -> tuple[Told, str | None]:
    """An entry as a sentence, and whose it is; whatever its body holds, it does not break a page."""
    try:
        line = tell(entry)
        evidence = json.dumps(entry.facts["evidence"], indent=2, ensure_ascii=False, sort_keys=True)
    except Exception:  # noqa: BLE001 - a body may be anything once somebody wrote into Redis
        return _unreadable(entry), _owner(entry)
    return Told(
        seq=entry.seq,
        at=line.at,
        kind=str(line.kind),
        tone=line.tone,
        text=line.text,
        evidence=evidence,
        hash=entry.hash,
    ), line.incident


def _unreadable(entry: Entry) -> Told:
    return Told(
        seq=entry.seq,
        at=entry.at / 1e6,
        kind="unreadable",
        tone="bad",
        text=UNREADABLE,
        evidence=entry.body[:4_000],
        hash=entry.hash,
    )


def _owner(entry: Entry) -> str | None:
    try:
        return str(entry.facts["incident"])
    except NOT_OURS:
        return None
