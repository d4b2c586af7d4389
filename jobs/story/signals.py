"""The raw signals of one incident: its own entries that say how things stood, and the events around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.audit import Kind
from jobs.event import LEADER_KEY
from jobs.story.fact import Fact
from jobs.story.story import Times

BEFORE, AFTER = 3.0, 30.0
"""Seconds around an incident in which events belong to it: a respond looks for a second before it opens
one, and may have waited for another; a member that rejoins tells of it after the end."""

MOST = 400
"""Signals kept; an incident that lasts for days repeats itself."""

TELLING = frozenset({Kind.OPENED, Kind.VERDICT, Kind.ALARM, Kind.BALANCER, Kind.CONCLUDED})


@dataclass(slots=True)
class Signals:
    """Collects what may explain an incident. Its neighbours bound it: what was heard while the one
    before lasted is that one's, and what led to the next one is the next one's."""

    known: list[Fact] = field(default_factory=list)
    _begun: bool = False
    _before: float = float("-inf")
    _next: float = float("inf")

    def take(self, fact: Fact, *, own: bool) -> None:
        """Keep an event, or an own entry that tells how things stood."""
        self._begun |= own and fact.kind == Kind.OPENED
        if not own and fact.kind == Kind.CONCLUDED and not self._begun:
            self._before = fact.at
        if not own and fact.kind == Kind.OPENED and self._begun:
            self._next = min(self._next, fact.at - BEFORE)
        telling = fact.kind == Kind.EVENT or (own and fact.kind in TELLING)
        if telling and len(self.known) < MOST:
            self.known.append(fact)

    def of_incident(self, times: Times) -> list[Fact]:
        """Those that belong to an incident with these times."""
        begins = max(times.opened - BEFORE, self._before)
        ends = self._ends(times.concluded)
        return [f for f in self.known if f.kind != Kind.EVENT or begins <= f.at < ends]

    def _ends(self, concluded: float | None) -> float:
        """Whoever loses or takes the key after the end begins something new."""
        if concluded is None:
            return self._next
        moved = (f.at for f in self.known if _moves(f) and f.at > concluded)
        return min([concluded + AFTER, self._next, *moved])


def _moves(fact: Fact) -> bool:
    return fact.kind == Kind.EVENT and fact.evidence.get("type") == LEADER_KEY
