"""Refusals are counted; without this file five hundred forged events a second would fill the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import structlog

from jobs.audit import Draft, Kind
from jobs.names import INTAKE
from jobs.ports import LedgerUnavailable
from webhook.metrics import Metrics
from webhook.ports import Aside, Recorder
from webhook.refusal import Refusal

_log = structlog.get_logger("pgbaton.webhook")


@dataclass(slots=True, kw_only=True)
class _Minute:
    number: int
    silent: int = 0


@dataclass(slots=True, kw_only=True)
class Refusals:
    """Counts each refusal, and lets at most one per trail, reason and minute be told."""

    metrics: Metrics
    ledger: Recorder
    aside: Aside
    _minutes: dict[tuple[str, str], _Minute] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, refusal: Refusal, *, now: float, peer: str | None) -> None:
        """Count a refusal; tell it where its minute has none yet. Never waits for the ledger.
        `peer` is the address it came from (a proxy's, where one stands before us)."""
        self.metrics.refusals.labels(reason=refusal.reason, sender=refusal.sender or "").inc()
        trail, minute = refusal.cluster or INTAKE, int(now // 60)
        count = self._due(trail, refusal, minute)
        if count:
            facts = {**_facts(refusal), "peer": peer, "count": count}
            _log.warning("event.refused", **facts, trail=trail)
            draft = _draft(refusal, facts, minute=minute)
            self.aside(lambda: _append(self.ledger, trail, [draft]))

    def _due(self, trail: str, refusal: Refusal, minute: int) -> int:
        """How many refusals an entry now would stand for; 0 where this minute has its entry."""
        with self._lock:
            last = self._minutes.setdefault((trail, refusal.reason), _Minute(number=-1))
            last.silent += 1
            if last.number == minute:
                return 0
            count, last.number, last.silent = last.silent, minute, 0
            return count


def _facts(refusal: Refusal) -> dict[str, object]:
    return {
        "reason": str(refusal.reason),
        "status": refusal.meaning.status,
        "sender": refusal.sender,
        "field": refusal.field,
    }


def _draft(refusal: Refusal, facts: Mapping[str, object], *, minute: int) -> Draft:
    """One entry whichever web process comes first: the id is the reason and the minute.
    `count` in `facts` is how many this process refused since the entry before."""
    return Draft(
        id=f"refused:{refusal.reason}:{minute}",
        kind=Kind.REFUSED,
        evidence={**facts, "title": refusal.meaning.title},
    )


def _append(ledger: Recorder, trail: str, drafts: Sequence[Draft]) -> None:
    try:
        ledger.append(trail, drafts)
    except LedgerUnavailable as error:
        _log.warning("refusal.unrecorded", trail=trail, because=error.reason)
