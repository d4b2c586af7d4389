"""How much of a trail may go: without it, age alone would cut an incident in two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jobs.anchor import Anchor, Server
from jobs.audit.entry import Draft, Entry, Kind, Span

JUST_BEFORE = 2_000_000
"""Microseconds: what was heard that shortly before an incident opened belongs to it."""

_CONCLUDED = f'"kind":"{Kind.CONCLUDED}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The oldest entries as they stand in a file: `first` to `through`, whose hash is `head` and whose
    instant is `at`; `sha256` is the file's."""

    first: int
    through: int
    head: str
    at: int
    sha256: str


def cut(
    entries: Iterable[Entry], spans: Sequence[Span], *, before: int, open_: str | None = None
) -> int | None:
    """The newest entry that may be dropped with all before it; None where none may.

    Only what is older than `before` (Redis TIME, microseconds); no incident in part, nor what was heard
    right before one, nor the incident `open_`, nor the newest conclusion.
    """
    instants, concluded = _read(entries)
    old = [seq for seq, at in instants.items() if at < before]
    if not old:
        return None
    first, through = min(instants), max(old)
    if concluded:
        through = min(through, concluded - 1)
    while through >= first:
        lower = min(_limits(through, spans, instants, open_), default=through)
        if lower >= through:
            return through
        through = lower
    return None


def note_of(export: Export, *, cluster: str, redis: Server | None, by: str, why: str) -> Anchor:
    """The anchor without which nobody may drop anything: placed before anything is."""
    return Anchor(
        cluster=cluster,
        kind="checkpoint",
        seq=export.through,
        hash=export.head,
        at=export.at,
        redis=redis,
        export=export.sha256,
        why=f"{by}: {why}",
    )


def draft_of(export: Export, *, by: str, why: str) -> Draft:
    """The entry from which the chain goes on, signed off by whoever dropped what was before."""
    return Draft(
        id=f"checkpoint:{export.through}:{export.head}",
        kind=Kind.CHECKPOINT,
        evidence={
            "first": export.first,
            "through": export.through,
            "head": export.head,
            "kept": export.through + 1,
            "count": export.through - export.first + 1,
            "sha256": export.sha256,
            "by": by,
            "why": why,
        },
    )


def _read(entries: Iterable[Entry]) -> tuple[dict[int, int], int]:
    """Every entry's instant, and the number of the newest conclusion (0: none)."""
    instants, concluded = {}, 0
    for entry in entries:
        instants[entry.seq] = entry.at
        if _CONCLUDED in entry.body and entry.facts.get("kind") == Kind.CONCLUDED:
            concluded = entry.seq
    return instants, concluded


def _limits(
    through: int, spans: Sequence[Span], instants: dict[int, int], open_: str | None
) -> Iterator[int]:
    """Lower ends that a cut at `through` would have to have."""
    for span in spans:
        if span.first <= through and (span.last > through or span.incident == open_):
            yield span.first - 1
        if span.first > through:
            opened = instants.get(span.first, 0)
            near = instants.get(through, 0) >= opened - JUST_BEFORE
            yield through - 1 if near else through
