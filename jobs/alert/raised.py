"""From one entry of a trail to the alert it is worth, or none: most entries wake nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobs.alert.alert import Alert, Severity, Status
from jobs.audit import NOT_OURS, Entry, Kind
from jobs.sentences import SENTENCES
from jobs.state import FOLLOWS
from jobs.story.fact import Fact, fact_of

URGENT = (":alarm:two-primaries:", ":alarm:leaderless:", ":alarm:held:", ":alarm:isolation:")
"""In the ids of alarms that nobody should sleep through."""

MOST = 600
"""Characters of a summary or a remedy."""


def raised_by(cluster: str, entry: Entry) -> Alert | None:
    """The alert of one entry. One that cannot be read raises none; the chain's check names it."""
    try:
        fact = fact_of(entry)
        how = _HOW.get(fact.kind)
        said = None if how is None else how(cluster, fact)
        return None if said is None else _alert(cluster, entry, fact, said)
    except NOT_OURS:
        return None


def balancer_key(cluster: str, name: str) -> str:
    """Under which a NodeBalancer's alarms in peace, and their end, come together."""
    return f"{cluster}:nodebalancer:{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    status: Status
    key: str
    severity: Severity


def _alert(cluster: str, entry: Entry, fact: Fact, said: _Said) -> Alert:
    facts = {"incident": fact.incident, "seconds": fact.seconds}
    _, text = SENTENCES[fact.kind](fact.evidence, facts)
    reason = fact.evidence.get("reason") if fact.kind is Kind.ALARM else None
    return Alert(
        id=f"alert-{said.status}-{entry.hash[:24]}",
        status=said.status,
        key=said.key,
        severity=said.severity,
        summary=str(reason or text)[:MOST],
        remedy=str(fact.evidence.get("remedy") or "")[:MOST],
        at=fact.at,
        cluster=cluster,
        incident=fact.incident,
        seq=fact.seq,
        before=fact.evidence.get("before"),
        member=fact.evidence.get("member"),
    )


def _opened(_: str, fact: Fact) -> _Said | None:
    return _of_incident(fact, Status.TRIGGERED, "critical")


def _verdict(_: str, fact: Fact) -> _Said | None:
    severity: Severity = "warning" if fact.evidence["verdict"] == "confirmed" else "critical"
    return _of_incident(fact, Status.UPDATED, severity)


def _released(_: str, fact: Fact) -> _Said | None:
    return _of_incident(fact, Status.UPDATED, "warning")


def _acknowledged(_: str, fact: Fact) -> _Said | None:
    return _of_incident(fact, Status.ACKNOWLEDGED, "info")


def _concluded(_: str, fact: Fact) -> _Said | None:
    return _of_incident(fact, Status.RESOLVED, "info")


def _of_incident(fact: Fact, status: Status, severity: Severity) -> _Said | None:
    if fact.incident is None:
        return None
    return _Said(status=status, key=fact.incident, severity=severity)


def _alarm(cluster: str, fact: Fact) -> _Said:
    urgent = any(word in fact.id for word in URGENT)
    severity: Severity = "critical" if urgent else "warning"
    key = fact.incident or _peace_key(cluster, fact)
    return _Said(status=Status.TRIGGERED, key=key, severity=severity)


def _peace_key(cluster: str, fact: Fact) -> str:
    """An alarm without an incident: the balancer's whose id it begins with, else its own."""
    kind, _, rest = fact.id.partition(":")
    if kind == "nodebalancer":
        return balancer_key(cluster, rest.partition(":")[0])
    return f"{cluster}:alarm:{hashlib.sha256(fact.id.encode()).hexdigest()[:12]}"


def _balancer(cluster: str, fact: Fact) -> _Said | None:
    if fact.evidence["outcome"] != FOLLOWS:
        return None
    key = balancer_key(cluster, fact.evidence["balancer"])
    return _Said(status=Status.RESOLVED, key=key, severity="info")


def _gap(cluster: str, fact: Fact) -> _Said | None:
    if fact.evidence.get("how") == "accepted":
        return None  # somebody is at it
    key = f"{cluster}:trail-gap:{fact.evidence['after']}"
    return _Said(status=Status.TRIGGERED, key=key, severity="critical")


_HOW: Mapping[Kind, Callable[[str, Fact], _Said | None]] = {
    Kind.OPENED: _opened,
    Kind.VERDICT: _verdict,
    Kind.ALARM: _alarm,
    Kind.RELEASED: _released,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.CONCLUDED: _concluded,
    Kind.BALANCER: _balancer,
    Kind.GAP: _gap,
}
