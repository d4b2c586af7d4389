"""Look, judge, move every host, and again for what may pass: the workers' road, walked by one process."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from deploy.cli.journal import Journal, Step
from deploy.cli.looking import look
from deploy.cli.trail import say_line
from deploy.cli.voice import voice
from jobs.audit import Draft, Kind
from jobs.evidence import of_claims, of_verdict
from jobs.host import Hands, Mission, Result, move
from jobs.outcome import backoff, draft_of, record_of
from jobs.remote import HOLDS, HostFailure, Outcome, SwapReply
from jobs.state import Assignment, HostRecord
from jobs.verdict import Confirmed, Leadership, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.cli.desk import Desk

ROUNDS = 3
"""Times a host is tried whose failure may pass."""

PASSING = frozenset({Outcome.BUSY, Outcome.FILE_CHANGED, Outcome.UNREACHABLE_LEADER})


@dataclass(slots=True, kw_only=True)
class Run:
    """One inline repoint. `job` begins every entry's id, so that a journal taken in twice is taken
    in once. `records` are the hosts' last ends, `passing` those that another try may mend."""

    desk: Desk
    cluster: str
    journal: Journal
    job: str
    incident: str | None
    quiet: bool
    records: dict[str, HostRecord] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)

    def write(self, draft: Draft) -> None:
        """One step: on disk first, then in the trail, then on the screen."""
        at, by = self.desk.clock.now(), self.desk.by
        step = Step(cluster=self.cluster, at=at, by=by, where=platform.node(), fact=draft)
        self.journal.write(step)
        if not self.quiet:
            say_line(voice(), step.told())

    def holds(self, host: str) -> bool:
        """True where the host's last end was that it holds the leader's fence."""
        record = self.records.get(host)
        return record is not None and record.outcome in HOLDS


def walk(run: Run, hosts: Sequence[str]) -> Verdict:
    """Every host, up to three times; the last verdict. Each round judges anew."""
    number = 1
    while True:
        verdict = _judge(run, number)
        if not isinstance(verdict, Confirmed):
            return verdict
        _forget_older(run, verdict.leadership)
        _move(run, verdict.leadership, [h for h in hosts if not run.holds(h)], number)
        if not run.passing or number == ROUNDS:
            return verdict
        run.desk.clock.sleep(backoff(number))
        number += 1


def _judge(run: Run, number: int) -> Verdict:
    claims, verdict = look(run.desk, run.cluster)
    evidence = {**of_verdict(verdict), "claims": of_claims(claims)}
    run.write(_draft(run, Kind.VERDICT, f"{number}:verdict", evidence))
    if isinstance(verdict, Confirmed):
        for stale in verdict.stale:
            reason = f"two writable primaries: {stale} accepts writes while {verdict.leadership.member} leads"
            remedy = f"stop PostgreSQL on {stale}, or start Patroni there so that it demotes"
            run.write(
                _draft(
                    run, Kind.ALARM, f"{number}:stale:{stale}", {"reason": reason, "remedy": remedy}
                )
            )
    return verdict


def _draft(run: Run, kind: Kind, name: str, evidence: Mapping[str, object]) -> Draft:
    return Draft(id=f"{run.job}:{name}", kind=kind, incident=run.incident, evidence=evidence)


def _forget_older(run: Run, leadership: Leadership) -> None:
    """A leadership that changed between two rounds starts every host afresh."""
    run.records = {h: r for h, r in run.records.items() if r.fence == leadership.fence}


def _move(run: Run, leadership: Leadership, hosts: list[str], number: int) -> None:
    desk, job = run.desk, f"{run.job}:{number}"
    run.passing.clear()
    planned = {"job": job, "fence": str(leadership.fence), "hosts": dict.fromkeys(hosts, number)}
    run.write(_draft(run, Kind.PLANNED, f"{number}:planned", planned))
    mission = Mission(
        cluster=run.cluster, leadership=leadership, incident=run.incident, verified=desk.clock.now()
    )
    hands = Hands(
        inventory=desk.inventory, witness=desk.witness, hosts=desk.hosts, clock=desk.clock
    )
    for host, result in desk.fleet.each(hosts, partial(move, hands, mission)):
        given = Assignment(epoch=leadership.fence.epoch, attempt=number, job=job, beat=0.0)
        record = record_of(result, given=given, now=desk.clock.now())
        run.records[host] = record
        if _may_pass(result):
            run.passing.add(host)
        run.write(draft_of(record, result, host=host, mission=mission, job=job))


def _may_pass(result: Result) -> bool:
    match result.reply:
        case SwapReply() as reply:
            return reply.outcome in PASSING
        case HostFailure() as failure:
            return failure.retry
        case _:
            return False
