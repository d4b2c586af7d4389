"""Look, judge, move every host, and again for what may pass: the workers' road, walked by one process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from deploy.cli.beyond import means_of, opened, publish, watch, with_gates
from deploy.cli.looking import look
from jobs.audit import Draft, Kind
from jobs.evidence import of_claims, of_verdict
from jobs.host import Hands, Mission, Result, move
from jobs.inventory import parse_target
from jobs.names import JOB_OF
from jobs.outcome import backoff, draft_of, record_of
from jobs.remote import HostFailure, Outcome, SwapReply
from jobs.state import Assignment
from jobs.verdict import Confirmed, Leadership, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.cli.run import Run
    from jobs.means import Means

ROUNDS = 3
"""Times a host is tried whose failure may pass."""

PASSING = frozenset({Outcome.BUSY, Outcome.FILE_CHANGED, Outcome.UNREACHABLE_LEADER})


def walk(run: Run, targets: Sequence[str]) -> Verdict:
    """Every target, up to three times; the last verdict. Each round judges anew. A NodeBalancer that
    was not named, but that a named host waits for, is watched all the same."""
    targets, number = with_gates(targets), 1
    while True:
        verdict = _judge(run, number)
        if not isinstance(verdict, Confirmed):
            return verdict
        _forget_older(run, verdict.leadership)
        _round(run, verdict.leadership, [t for t in targets if not run.holds(t)], number)
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


def _round(run: Run, leadership: Leadership, targets: list[str], number: int) -> None:
    """Hosts at the leader and DNS records first; a NodeBalancer takes its time, and then the hosts
    behind it, and then it must be the leader alone that is up."""
    desk, job = run.desk, f"{run.job}:{number}"
    run.passing.clear()
    _plan(run, leadership, targets, number)
    now = desk.clock.now()
    mission = Mission(
        cluster=run.cluster, leadership=leadership, incident=run.incident, verified=now, since=now
    )
    hands = Hands(
        inventory=desk.inventory, witness=desk.witness, hosts=desk.hosts, clock=desk.clock
    )
    means = means_of(run, hands, mission, job)
    given = Assignment(epoch=leadership.fence.epoch, attempt=number, job=job, beat=0.0)
    by_kind = {kind: [t for t in targets if parse_target(t).kind == kind] for kind in JOB_OF}
    behind = [t for t in by_kind["host"] if parse_target(t).gate is not None]
    _move(run, means, [t for t in by_kind["host"] if t not in behind], given)
    publish(run, means, by_kind["dns"], given)
    watch(run, means, by_kind["nodebalancer"], given)
    _move(run, means, opened(run, behind), given)
    watch(run, means, [t for t in by_kind["nodebalancer"] if not run.holds(t)], given)


def _plan(run: Run, leadership: Leadership, targets: Sequence[str], number: int) -> None:
    for kind in JOB_OF:
        of = [t for t in targets if parse_target(t).kind == kind]
        if of:
            job = f"{run.job}:{number}:{kind}"
            planned = {
                "job": job,
                "fence": str(leadership.fence),
                "hosts": dict.fromkeys(of, number),
            }
            run.write(_draft(run, Kind.PLANNED, f"{number}:planned:{kind}", planned))


def _move(run: Run, means: Means, hosts: Sequence[str], given: Assignment) -> None:
    desk, mission = run.desk, means.mission
    for host, result in desk.fleet.each(hosts, partial(move, means.hands, mission)):
        record = record_of(result, given=given, now=desk.clock.now())
        run.records[host] = record
        if _may_pass(result):
            run.passing.add(host)
        run.write(draft_of(record, result, host=host, mission=mission, job=given.job))


def _may_pass(result: Result) -> bool:
    match result.reply:
        case SwapReply() as reply:
            return reply.outcome in PASSING
        case HostFailure() as failure:
            return failure.retry
        case _:
            return False
