"""What of the alerts that wait still matters: after an outage nobody wants yesterday's, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from jobs.alert.alert import Alert, Severity, Status

STALE = 120.0
"""Seconds after which alerts that could not be delivered are told as how things stand now."""

NAMED = 10
"""Incidents that a digest names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What to deliver, in order. One that is `whole` is done only when all of it is delivered."""

    alerts: tuple[Alert, ...]
    whole: bool = False


def batch_of(waiting: Sequence[Alert], *, open_keys: Iterable[str], now: float) -> Batch:
    """What to deliver of the alerts that wait, oldest first. `open_keys` were told and not resolved.

    Fresh ones go out one by one. Where the oldest is older than STALE, each key has its latest state
    alone; what came and went meanwhile is one alert that says so. What ends without having begun
    is not told.
    """
    known = frozenset(open_keys)
    told = tuple(_with_a_beginning(waiting, known))
    if not told or now - told[0].at < STALE:
        return Batch(alerts=told)
    return Batch(alerts=tuple(_as_it_stands(told, known)), whole=True)


def _with_a_beginning(waiting: Iterable[Alert], known: frozenset[str]) -> Iterator[Alert]:
    begun = set(known)
    for alert in waiting:
        if alert.status is Status.TRIGGERED:
            begun.add(alert.key)
        elif alert.key not in begun:
            continue
        elif alert.status is Status.RESOLVED:
            begun.discard(alert.key)
        yield alert


def _as_it_stands(told: Sequence[Alert], known: frozenset[str]) -> Iterator[Alert]:
    by_key: dict[str, list[Alert]] = {}
    for alert in told:
        by_key.setdefault(alert.key, []).append(alert)
    missed = []
    for key, alerts in by_key.items():
        if alerts[-1].status is not Status.RESOLVED:
            yield from _open(alerts)
        elif key in known:
            yield alerts[-1]
        else:
            missed.append(alerts[-1])
    yield from _missed(missed)


def _open(alerts: Sequence[Alert]) -> Iterator[Alert]:
    """The latest state as one alert, and the last acknowledgement after it."""
    ended = max((n for n, a in enumerate(alerts, 1) if a.status is Status.RESOLVED), default=0)
    alerts = alerts[ended:]
    acks = [a for a in alerts if a.status is Status.ACKNOWLEDGED]
    states = [a for a in alerts if a.status is not Status.ACKNOWLEDGED]
    if states:
        yield _altogether(states)
    yield from acks[-1:]


def _altogether(states: Sequence[Alert]) -> Alert:
    """Another content has another name: the last one may have been sent, and taken, as it was."""
    last = states[-1]
    stands = replace(last, status=Status.TRIGGERED, severity=_worst(states))
    return last if stands == last else replace(stands, id=f"alert-stands-{_mark(states)}")


def _worst(alerts: Sequence[Alert]) -> Severity:
    return "critical" if any(a.severity == "critical" for a in alerts) else alerts[-1].severity


def _missed(ended: Sequence[Alert]) -> Iterator[Alert]:
    if len(ended) < 2:  # noqa: PLR2004 - one is told as itself
        yield from ended
        return
    names = ", ".join(a.key for a in ended[:NAMED])
    more = f" and {len(ended) - NAMED} more" if len(ended) > NAMED else ""
    last = ended[-1]
    yield replace(
        last,
        id=f"alert-missed-{_mark(ended)}",
        key=f"{last.cluster}:missed:{ended[0].seq}",
        incident=None,
        summary=f"{len(ended)} came and went while alerts could not be delivered: {names}{more}",
        remedy="",
        before=None,
        member=None,
    )


def _mark(alerts: Sequence[Alert]) -> str:
    return hashlib.sha256("\n".join(a.id for a in alerts).encode()).hexdigest()[:24]
