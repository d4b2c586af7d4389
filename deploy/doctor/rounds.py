"""Looks at every subject at once, each within a bound: one that hangs must not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report, not_seen
from jobs.ports import Fleet, Unavailable
from workers.deadline import within

PROBE = 5.0
"""Seconds that one question to one place may take."""
SUBJECT = 15.0
"""Seconds for everything that one subject asks, one question after another included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One subject, and how it is looked at; `look` may raise, and may hang."""

    subject: str
    look: Callable[[], Report]


def visit_all(
    visits: Sequence[Visit], fleet: Fleet, *, seconds: float = SUBJECT
) -> tuple[Report, ...]:
    """A report of each, in the order of the visits."""
    found = {v.subject: r for v, r in fleet.each(visits, lambda v: _visit(v, seconds))}
    return tuple(found[v.subject] for v in visits)


def _visit(visit: Visit, seconds: float) -> Report:
    try:
        return within(seconds, lambda _: visit.look())
    except TimeoutError:
        reason = f"no answer within {seconds:.0f} s"
        return _dark(visit, Unseen(reason=reason, remedy="ask again; see what hangs there"))
    except Unavailable as error:
        return _dark(visit, Unseen(reason=error.reason, remedy=error.remedy))
    except Exception as error:  # noqa: BLE001 - the others are worth telling all the same
        reason = f"{type(error).__name__} in pgbaton itself"
        return _dark(visit, Unseen(reason=reason, remedy="report this; the others are as they say"))


def _dark(visit: Visit, unseen: Unseen) -> Report:
    return Report(subject=visit.subject, findings=(not_seen(visit.subject, unseen),))
