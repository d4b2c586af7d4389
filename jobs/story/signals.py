"""The raw signals of one incident: its own entries that say how things stood, and the events around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.audit import Kind
from jobs.story.fact import Fact
from jobs.story.story import Times

BEFORE, AFTER = 2.0, 30.0
"""Seconds around an incident in which events belong to it: a respond looks for at most a second
before it opens one, and a member that rejoins tells of it after the end."""

MOST = 400
"""Signals kept; an incident that lasts for days repeats itself."""

TELLING = frozenset({Kind.OPENED, Kind.VERDICT, Kind.ALARM, Kind.BALANCER, Kind.CONCLUDED})


@dataclass(slots=True)
class Signals:
    """Collects what may explain an incident."""

    known: list[Fact] = field(default_factory=list)

    def take(self, fact: Fact, *, own: bool) -> None:
        """Keep an event, or an own entry that tells how things stood."""
        telling = fact.kind == Kind.EVENT or (own and fact.kind in TELLING)
        if telling and len(self.known) < MOST:
            self.known.append(fact)

    def of_incident(self, times: Times) -> list[Fact]:
        """Those that belong to an incident with these times."""
        begins = times.opened - BEFORE
        ends = None if times.concluded is None else times.concluded + AFTER
        return [f for f in self.known if f.at >= begins and (ends is None or f.at <= ends)]
