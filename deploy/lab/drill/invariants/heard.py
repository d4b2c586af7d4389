"""The on-call tool hears of each incident's beginning and end, and clock and watch give signs of life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from deploy.lab.drill.history import AlertHeard, History
from deploy.lab.drill.invariants.facts import lost_in_gaps
from jobs.audit import Entry, Kind

STATUS = {Kind.OPENED: "triggered", Kind.CONCLUDED: "resolved"}
BEATING = ("clock", "watch")

NOTED_WITHIN = 2.0
"""Seconds between a post and its note in Redis, at most: who is interrupted there posts again."""

INTERRUPTED_BY = frozenset({"redis", "chronicle"})


def unheard(history: History) -> Iterator[str]:
    """Beginnings and ends that the on-call tool did not hear of once; who gave no sign of life."""
    for alert in history.alerts:
        if not alert.genuine:
            yield f"alert {alert.id} is not signed by us"
    yield from _repeated(history)
    heard = Counter((a.status, a.entry) for a in {a.id: a for a in history.alerts}.values())
    lost = Counter((_status(entry), entry.seq) for entry in lost_in_gaps(history))
    for entry in history.entries:
        status = _status(entry)
        if status is None or _over_before(entry, history):
            continue
        times, before = heard[status, entry.seq], lost[status, entry.seq]
        if not 1 <= times <= 1 + before:
            yield f"that {entry.facts['incident']} is {status} was heard {times} times"
    for who in BEATING:
        if not history.beats.get(who):
            yield f"{who} gave no sign of life"


def _repeated(history: History) -> Iterator[str]:
    """Alerts that came again although nothing kept their sender from noting them. One that was
    interrupted between the post and its note comes once more, under the same id, and counts once."""
    came: dict[str, list[AlertHeard]] = {}
    for alert in history.alerts:
        came.setdefault(alert.id, []).append(alert)
    for name, alerts in came.items():
        again = [b for a, b in pairwise(alerts) if not _interrupted(history, a, b)]
        if again:
            yield f"alert {name} came {len(alerts)} times"


def _interrupted(history: History, first: AlertHeard, again: AlertHeard) -> bool:
    """Whether Redis or the chronicle was struck right after the first one came, or was still down."""
    return any(
        one.at <= first.at + NOTED_WITHIN and first.at <= (one.healed or again.at) <= again.at
        for one in history.injected
        if not INTERRUPTED_BY.isdisjoint(one.on)
    )


def _over_before(entry: Entry, history: History) -> bool:
    """Whether an entry tells of an incident of the lab's own rise that was over before the teller came:
    nobody is woken for those. One that was heard of at all must be heard of to its end."""
    known = {alert.incident for alert in history.alerts}
    return history.told_at(entry) < history.risen and entry.facts["incident"] not in known


def _status(entry: Entry) -> str | None:
    return STATUS.get(Kind(entry.facts["kind"]))


def alerts_told(history: History) -> str:
    by = Counter(alert.status for alert in history.alerts)
    told = ", ".join(f"{count} {status}" for status, count in sorted(by.items()))
    beats = ", ".join(f"{who} {len(history.beats[who])}" for who in BEATING)
    return f"alerts: {told}, all signed; signs of life: {beats}"
