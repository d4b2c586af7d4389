"""How anybody can check a month later that this is what the trail said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.anchor import Anchor
from jobs.audit import Entry, verify
from jobs.story import Story
from webhook.report.context import Context
from webhook.report.instants import moment_of
from webhook.report.record import hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One anchor: where it stands, of which entry, and whether it fits the entries at hand."""

    place: str
    kind: str
    seq: int
    hash: str
    when: str
    fits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The range of entries, the hash of the incident's last one, the trail's head, and the commands."""

    first: int
    last: int
    shown: int
    last_hash: str
    head: int
    head_hash: str
    commands: tuple[str, ...]
    anchors: tuple[Noted, ...]
    chain: str
    silent: str


def proof_of(story: Story, context: Context, *, shown: Sequence[int]) -> Proof:
    """What to look at, and with which command."""
    known = hashes(context.entries)
    cluster = story.cluster
    return Proof(
        first=min([story.first, *shown]),
        last=max([story.last, *shown]),
        shown=len(shown),
        last_hash=known.get(story.last, "not among the entries at hand"),
        head=context.head.seq,
        head_hash=context.head.hash,
        commands=(
            f"pgbaton audit verify {cluster}",
            f"pgbaton audit export {cluster} {cluster}.jsonl",
            f"pgbaton audit verify {cluster}.jsonl --anchor {story.last}:{known.get(story.last, 'HASH')}",
        ),
        anchors=tuple(_noted(one, known) for one in _near(context.anchors, story)),
        chain=_chain(context.entries),
        silent=_silent(context),
    )


def _silent(context: Context) -> str:
    """What is to be said about anchors that are not here."""
    if context.silent:
        return f"Anchors: {context.silent}."
    return "" if context.anchors else "No anchor outside Redis was at hand when this was written."


def _chain(entries: Sequence[Entry]) -> str:
    """Whether the entries at hand follow one another; what lies before them is another matter."""
    if not entries:
        return "No entries were at hand."
    walked = verify(entries, start=entries[0].prev, first=entries[0].seq)
    at_hand = f"{entries[0].seq} to {entries[-1].seq}"
    if walked.bad is None:
        return f"Entries {at_hand} were read, and every one follows the one before."
    return f"THE TRAIL IS BROKEN: of entries {at_hand}, {walked.reason}."


def _near(anchors: Sequence[Anchor], story: Story) -> list[Anchor]:
    """The anchors of the incident itself, and the first after it, which vouches for all of it."""
    own = [a for a in anchors if a.cluster == story.cluster]
    within = [a for a in own if story.first <= a.seq < story.last]
    after = sorted((a for a in own if a.seq >= story.last), key=lambda a: a.seq)
    return [*within, *after[:1]]


def _noted(anchor: Anchor, known: dict[int, str]) -> Noted:
    when = anchor.at / 1e6
    has = known.get(anchor.seq)
    fits = "not compared" if has is None else ("fits" if has == anchor.hash else "DOES NOT FIT")
    return Noted(
        place=anchor.place or "unknown place",
        kind=anchor.kind,
        seq=anchor.seq,
        hash=anchor.hash,
        when=moment_of(when),
        fits=fits,
    )
