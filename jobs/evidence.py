"""Values as plain JSON: what a person or an auditor is shown of a verdict and its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from jobs.claims import (
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    SqlAnswer,
    SqlRefused,
    SqlStarting,
    Unknown,
)
from jobs.verdict import Confirmed, Verdict


def of_verdict(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON: kind, reason and, confirmed, who leads under which fence."""
    told: dict[str, Any] = {"verdict": verdict.kind, "reason": verdict.reason}
    if isinstance(verdict, Confirmed):
        told |= {
            "member": verdict.leadership.member,
            "fence": asdict(verdict.leadership.fence),
            "notes": list(verdict.notes),
            "stale": list(verdict.stale),
        }
    return told


def of_claims(claims: Claims) -> dict[str, Any]:
    """Every claim as JSON, by the witness who made it."""
    return {
        "etcd": _view(claims.before),
        "etcd_again": _key(claims.after),
        "rest": None if claims.rest is None else asdict(claims.rest),
        "sql": _sql(claims.sql),
        "others": {o.name: _sql(o.sql) for o in claims.others},
    }


def _view(view: ClusterView | Unknown) -> Mapping[str, Any]:
    if isinstance(view, Unknown):
        return asdict(view)
    return {
        "revision": view.revision,
        "leader": _key(view.leader),
        "members": [m.name for m in view.members],
        "states": {m.name: m.state for m in view.members if isinstance(m, MemberRecord)},
        "asked": None if view.asked is None else asdict(view.asked),
        "system_identifier": view.system_identifier,
        "paused": view.paused,
        "failsafe": view.failsafe,
        "crash_moves": view.crash_moves,
    }


def _key(key: LeaderKey | Unknown | None) -> Mapping[str, Any] | None:
    return None if key is None else asdict(key)


def _sql(
    claim: SqlAnswer | SqlRefused | SqlStarting | NotProbed | Unknown | None,
) -> Mapping[str, Any] | None:
    """The fields, and the claim's sort by name: a reason alone would not tell a server that is starting
    from one that is not there."""
    return None if claim is None else {"claim": SORTS[type(claim)], **asdict(claim)}


SORTS = {
    SqlAnswer: "answer",
    SqlRefused: "refused",
    SqlStarting: "starting",
    NotProbed: "not-probed",
    Unknown: "unknown",
}
