"""The trail as people read it: one sentence an entry."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.audit import Entry, Kind
from jobs.sentences import SENTENCES, Tone
from jobs.taken_in import happened, remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a sentence. `at` is in seconds since 1970 by Redis TIME; of a step that was taken in
    from a journal, when it happened."""

    seq: int
    at: float
    kind: Kind
    tone: Tone
    text: str
    incident: str | None


def tell(entry: Entry) -> Line:
    """Turn an entry into the sentence that people read."""
    facts = entry.facts
    kind = Kind(facts["kind"])
    tone, text = SENTENCES[kind](facts["evidence"], facts)
    recorded = entry.at / 1e6
    return Line(
        seq=entry.seq,
        at=happened(recorded, facts),
        kind=kind,
        tone=tone,
        text=text + remark(recorded, facts),
        incident=facts["incident"],
    )
