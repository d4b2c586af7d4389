"""An incident's story as commands tell it: its entries, its instants by name, and one shape for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.cli.trail import stamp_of
from jobs.audit import NOT_OURS
from jobs.inventory import parse_target
from jobs.story.fact import fact_of
from jobs.story.fold import Fold
from jobs.story.reading import AROUND

if TYPE_CHECKING:
    from jobs.audit import Entry
    from jobs.ports import ReadTrail
    from jobs.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident: its story, and its own entries with the events that belong to it, in order."""

    story: Story
    entries: tuple[Entry, ...]


def read_told(trail: ReadTrail, cluster: str, incident: str) -> Told | None:
    """Read an incident's own range; None where it never opened."""
    span = trail.span(cluster, incident)
    if span is None:
        return None
    fold, first = Fold(incident), max(span.first - AROUND, 1)
    near = list(trail.entries(cluster, after=first - 1, upto=span.last + AROUND))
    for entry in near:
        fold.take(entry)
    story, belongs = fold.told(), fold.belongs()
    if story is None:
        return None
    own = range(span.first, span.last + 1)
    kept = (e for e in near if e.seq in belongs or (e.seq in own and not _readable(e)))
    return Told(story=story, entries=tuple(kept))


def _readable(entry: Entry) -> bool:
    """Nobody knows whose a broken entry is; what stands among an incident's own is shown with them."""
    try:
        fact_of(entry)
    except NOT_OURS:
        return False
    return True


def lead(story: Story) -> str:
    """From whom to whom."""
    return f"{story.before or 'nobody known'} → {story.member or 'nobody yet'}"


def state_of(story: Story) -> str:
    """How it stands, for people."""
    if story.over:
        return story.state
    return "open, held back" if story.hold is not None else f"open, {story.verdict}"


def instants(story: Story) -> list[tuple[str, float]]:
    """What happened when, in seconds since 1970; what did not happen is left out."""
    times = story.times
    named = (
        ("detected", times.detected),
        ("opened", times.opened),
        ("leader lost", times.leader_lost),
        ("elected", times.elected),
        ("verified", times.verified),
        ("first host", times.first_host),
        ("last host", times.last_host),
        ("writes resumed", times.writes_resumed),
        ("concluded", times.concluded),
    )
    return [(name, at) for name, at in named if at is not None]


def document(story: Story) -> dict[str, object]:
    """The story for scripts."""
    return {
        "incident": story.id,
        "before": story.before,
        "member": story.member,
        "state": "concluded" if story.over else story.verdict,
        "held": None if story.hold is None else story.hold.text,
        "seconds": story.seconds,
        "times": {name.replace(" ", "_"): stamp_of(at) for name, at in instants(story)},
        "hosts": {
            parse_target(t.target).name: t.outcome for t in story.targets if t.kind == "host"
        },
        "targets": {t.target: t.outcome for t in story.targets},
        "cause": _cause(story),
        "acks": [{"at": stamp_of(a.at), "by": a.by, "text": a.text} for a in story.acks],
    }


def _cause(story: Story) -> dict[str, object] | None:
    if story.cause is None:
        return None
    proofs = [{"seq": p.seq, "at": stamp_of(p.at), "text": p.text} for p in story.cause.proofs]
    return {"kind": str(story.cause.kind), "text": story.cause.text, "proofs": proofs}
