"""Incidents told from their entries: the row, the instants, and the same for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.cli.trail import stamp_of
from jobs.audit import Kind
from jobs.timeline import Summary, of_incident, summarise

if TYPE_CHECKING:
    from jobs.audit import Entry

BEFORE = 10_000_000
"""Microseconds before an opening in which events are offered to it; jobs.timeline takes what belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident: its summary, its entries, and how long it took by its own account, in seconds."""

    summary: Summary
    entries: tuple[Entry, ...]
    seconds: float | None

    @property
    def over(self) -> bool:
        """True once every host was brought to the leader, or nothing was left to do."""
        return self.summary.state == "concluded"

    @property
    def state(self) -> str:
        """How it stands, for people."""
        return self.summary.state if self.over else f"open, {self.summary.state}"

    @property
    def instants(self) -> list[tuple[str, float]]:
        """What happened when, in seconds since 1970; what did not happen is left out."""
        times = self.summary.times
        named = (
            ("opened", times.opened),
            ("heard", times.heard),
            ("verified", times.verified),
            ("first host", times.first_host),
            ("last host", times.last_host),
            ("concluded", times.concluded),
        )
        return [(name, at) for name, at in named if at is not None]

    def to_json(self) -> dict[str, object]:
        """The same for scripts."""
        return {
            "incident": self.summary.id,
            "before": self.summary.before,
            "member": self.summary.member,
            "state": self.summary.state,
            "seconds": self.seconds,
            "times": {name.replace(" ", "_"): stamp_of(at) for name, at in self.instants},
            "hosts": dict(self.summary.hosts),
        }


def story(entries: Iterable[Entry], incident: str) -> Story | None:
    """One incident out of a whole trail; None where it never opened."""
    own = of_incident(entries, incident)
    summary = summarise(own)
    if summary is None:
        return None
    ends = [e.facts["seconds"] for e in own if e.facts["kind"] == Kind.CONCLUDED]
    return Story(summary=summary, entries=tuple(own), seconds=ends[-1] if ends else None)


def stories(entries: Iterable[Entry], *, last: int) -> list[Story]:
    """The newest incidents of a trail, oldest first; the trail is read once."""
    parts: dict[str, list[Entry]] = {}
    events: list[Entry] = []
    for entry in entries:
        facts = entry.facts
        if facts["kind"] == Kind.EVENT:
            events.append(entry)
        elif facts["incident"] is not None:
            parts.setdefault(facts["incident"], []).append(entry)
    newest = list(parts.items())[-last:]
    found = (story(_with(own, events), incident) for incident, own in newest)
    return [one for one in found if one is not None]


def _with(own: list[Entry], events: list[Entry]) -> list[Entry]:
    near = (e for e in events if own[0].at - BEFORE <= e.at <= own[-1].at)
    return sorted([*own, *near], key=lambda e: e.seq)
