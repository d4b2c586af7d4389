"""The trail as people read it: one sentence an entry, and an incident's times in one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobs.audit import Entry, Kind
from jobs.remote import HOLDS
from jobs.sentences import SENTENCES, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a sentence. `at` is in seconds since 1970 by Redis TIME."""

    seq: int
    at: float
    kind: Kind
    tone: Tone
    text: str
    incident: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants of one incident, in seconds since 1970 by Redis TIME; None where it did not happen."""

    opened: float
    heard: float | None = None
    verified: float | None = None
    first_host: float | None = None
    last_host: float | None = None
    concluded: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An incident in one row: where from and to, how it stands, when what was."""

    id: str
    before: str | None
    member: str | None
    state: str
    times: Times
    hosts: Mapping[str, str]


def tell(entry: Entry) -> Line:
    """Turn an entry into the sentence that people read."""
    facts = entry.facts
    kind = Kind(facts["kind"])
    tone, text = SENTENCES[kind](facts["evidence"], facts)
    return Line(
        seq=entry.seq,
        at=entry.at / 1e6,
        kind=kind,
        tone=tone,
        text=text,
        incident=facts["incident"],
    )


def of_incident(entries: Iterable[Entry], incident: str) -> list[Entry]:
    """The entries of one incident, and the events that were heard while it lasted or just before.

    An event is recorded before anybody knows whether it opens an incident, so those of the last
    seconds before the opening belong to it.
    """
    everything = list(entries)
    own = [e for e in everything if e.facts["incident"] == incident]
    if not own:
        return []
    begins, ends = own[0].at - _JUST_BEFORE, own[-1].at
    return [e for e in everything if e in own or (_is_event(e) and begins <= e.at <= ends)]


_JUST_BEFORE = 2_000_000
"""Microseconds; a respond looks for at most a second before it opens an incident."""


def _is_event(entry: Entry) -> bool:
    return bool(entry.facts["kind"] == Kind.EVENT)


def summarise(entries: Sequence[Entry]) -> Summary | None:
    """Fold one incident's entries, oldest first, into its row; None where it never opened."""
    facts = [(e.at / 1e6, e.facts) for e in entries]
    opened = next(((at, f) for at, f in facts if f["kind"] == Kind.OPENED), None)
    if opened is None:
        return None
    verdicts = [(at, f["evidence"]) for at, f in facts if f["kind"] == Kind.VERDICT]
    confirmed = [(at, v) for at, v in verdicts if v["verdict"] == "confirmed"]
    ended = next((at for at, f in facts if f["kind"] == Kind.CONCLUDED), None)
    hosts = [(at, f["evidence"]) for at, f in facts if f["kind"] == Kind.HOST]
    held = [at for at, h in hosts if h["outcome"] in HOLDS]
    return Summary(
        id=opened[1]["incident"],
        before=opened[1]["evidence"].get("before"),
        member=confirmed[-1][1]["member"] if confirmed else None,
        state="concluded" if ended else (verdicts[-1][1]["verdict"] if verdicts else "open"),
        times=Times(
            opened=opened[0],
            heard=next((at for at, f in facts if f["kind"] == Kind.EVENT), None),
            verified=confirmed[0][0] if confirmed else None,
            first_host=min(held, default=None),
            last_host=max(held, default=None),
            concluded=ended,
        ),
        hosts={h["host"]: h["outcome"] for _, h in hosts},
    )
