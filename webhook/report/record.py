"""The appendix: an incident's entries as sentences, with the hashes that hold them in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.story import Story
from jobs.story.signals import AFTER, BEFORE
from jobs.timeline import tell
from webhook.report.instants import clock_of

SHOWN = 1000
"""Entries in the appendix: the first and the last halves of it. The export has all."""

PREFIX = 12
"""Letters of a hash in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry."""

    seq: int
    clock: str
    kind: str
    text: str
    hash: str


def rows_of(story: Story, entries: Iterable[Entry]) -> tuple[list[Row], int]:
    """The incident's own entries and the events around it; how many in the middle were left out."""
    own = list(_belonging(story, entries))
    if len(own) <= SHOWN:
        return [_row(one) for one in own], 0
    half = SHOWN // 2
    return [_row(one) for one in (*own[:half], *own[-half:])], len(own) - 2 * half


def _belonging(story: Story, entries: Iterable[Entry]) -> Iterator[Entry]:
    begins, ended = story.times.opened - BEFORE, story.times.concluded
    for entry in entries:
        kind, incident = _about(entry)
        at = entry.at / 1e6
        near = begins <= at and (ended is None or at <= ended + AFTER)
        if incident == story.id or (kind == Kind.EVENT and near):
            yield entry


def _about(entry: Entry) -> tuple[object, object]:
    """An entry's kind and incident; neither where it cannot be read."""
    try:
        facts = entry.facts
        return facts["kind"], facts["incident"]
    except NOT_OURS:
        return None, None


def _row(entry: Entry) -> Row:
    kind, _ = _about(entry)
    return Row(
        seq=entry.seq,
        clock=clock_of(_at(entry)),
        kind=str(kind),
        text=_sentence(entry),
        hash=entry.hash[:PREFIX],
    )


def _at(entry: Entry) -> float:
    """When it happened; a step that was taken in late was recorded later."""
    try:
        return tell(entry).at
    except NOT_OURS:
        return entry.at / 1e6


def _sentence(entry: Entry) -> str:
    """A broken entry must not hide the others."""
    try:
        return tell(entry).text
    except NOT_OURS:
        return "this entry cannot be read; pgbaton audit verify says why"


def hashes(entries: Sequence[Entry]) -> dict[int, str]:
    """Whole hashes by number."""
    return {entry.seq: entry.hash for entry in entries}
