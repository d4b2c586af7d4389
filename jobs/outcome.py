"""How a host ended, as it is remembered and as the trail tells it."""

from __future__ import annotations

from dataclasses import asdict, replace

from jobs.audit import Draft, Kind
from jobs.blocked import Blocked
from jobs.host import Mission, Result
from jobs.inventory import parse_target
from jobs.remote import HOLDS, HostFailure, SwapReply
from jobs.state import Assignment, HostRecord


def backoff(attempt: int) -> float:
    """Seconds until a failed host is tried again: 1, 2, 4 … 60."""
    return float(min(2 ** max(attempt - 1, 0), 60))


def record_of(result: Result, *, given: Assignment, now: float) -> HostRecord:
    """What to remember of a host's end. A failure says when it is tried again."""
    blank = HostRecord(
        epoch=given.epoch,
        attempt=given.attempt,
        outcome="failed",
        at=now,
        seconds=round(result.seconds, 4),
    )
    later = now + backoff(given.attempt)
    match result.reply:
        case SwapReply() as reply:
            return replace(
                blank,
                outcome=str(reply.outcome),
                fence=reply.fence,
                reason=reply.reason,
                remedy=reply.remedy,
                restarted=reply.restarted,
                next_try=None if reply.outcome in HOLDS else later,
            )
        case HostFailure() as failure:
            return replace(
                blank,
                outcome=failure.kind,
                reason=failure.reason,
                remedy=failure.remedy,
                next_try=later,
            )
        case Blocked() as blocked:
            return replace(
                blank,
                outcome="blocked",
                reason=f"{blocked.where}: {blocked.reason}",
                remedy=blocked.remedy,
                next_try=later,
            )


def draft_of(record: HostRecord, result: Result, *, host: str, mission: Mission, job: str) -> Draft:
    """The audit entry of one host's end; `stages` are the host's own seconds, `sent` those until the
    swap went out."""
    kind = Kind.SUPERSEDED if record.outcome == "superseded" else Kind.HOST
    at = parse_target(host)
    evidence = {
        "host": at.name,
        "behind": at.behind,
        "outcome": record.outcome,
        "fence": asdict(mission.leadership.fence),
        "member": mission.leadership.member,
        "attempt": record.attempt,
        "restarted": list(record.restarted),
        "reason": record.reason,
        "remedy": record.remedy,
        "note": result.note,
        "sent": None if result.sent is None else round(result.sent, 4),
        "stages": dict(result.reply.seconds) if isinstance(result.reply, SwapReply) else {},
    }
    return Draft(
        id=f"{job}:{host}",
        kind=kind,
        incident=mission.incident,
        seconds=record.seconds,
        evidence=evidence,
    )
