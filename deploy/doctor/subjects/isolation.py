"""The command that stops a stale primary, on each member: one that is missing is noticed when it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed
from deploy.doctor.report import Report, not_seen_all, report
from jobs.remote import HostFailure
from jobs.stopping import StopReply

WHY = "A stale primary there goes on taking writes, and an alarm is all that happens."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExileSeen:
    """One member, and what it answered to a check."""

    name: str
    reply: StopReply | HostFailure | Unseen


def judge_isolation(cluster: str, members: Sequence[ExileSeen]) -> Report:
    """Everything that a cluster's members answered."""
    hidden = {m.name: m.reply for m in members if isinstance(m.reply, Unseen)}
    found = {m.name: list(_member(m)) for m in members if m.name not in hidden}
    well = [name for name, findings in found.items() if not findings]
    fine = [f"{listed(well)}: a stale primary could be stopped" if well else ""]
    named = [replace(f, what=f"{name}: {f.what}") for name, fs in found.items() for f in fs]
    return report(f"isolation {cluster}", fine, [*named, *not_seen_all("isolation of", hidden)])


def _member(member: ExileSeen) -> Iterator[Finding]:
    match member.reply:
        case HostFailure() as failure:
            yield error(f"isolation-{failure.kind}", failure.reason, WHY, failure.remedy)
        case StopReply() as reply:
            if reply.outcome != "ready":
                yield error("isolation-unready", reply.reason, WHY, reply.remedy)
        case Unseen():
            return
