"""`pgbaton repoint --now`: the whole job from here, while Redis and workers may be down."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from deploy.cli.deeds import request
from deploy.cli.exits import OF_VERDICT, Exit
from deploy.cli.following import what
from deploy.cli.hold import refuse_held
from deploy.cli.journal import FOLDER, Journal
from deploy.cli.rounds import walk
from deploy.cli.run import Run
from deploy.cli.verify import NEXT, document
from deploy.cli.voice import say_error, say_json, voice
from jobs.ports import LedgerUnavailable
from jobs.verdict import Confirmed, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.cli.desk import Desk
    from jobs.ports import Ledger
    from jobs.state import ClusterState


def repoint_now(
    desk: Desk,
    cluster: str,
    hosts: tuple[str, ...],
    *,
    why: str | None,
    path: Path | None,
    as_json: bool,
) -> None:
    """Bring the targets to the leader; exit code 0 only if all of them hold its fence."""
    desk.hosts  # noqa: B018 - a missing SSH key is said before anything is written
    state = _state(desk, cluster)
    ledger = None if state is None else desk.ledger
    run = _run(desk, cluster, state=state, path=path, as_json=as_json)
    named = () if hosts == desk.inventory.targets_of(cluster) else hosts
    _, asked = request(desk, cluster, action="repoint --now", why=why, hosts=named)
    try:
        run.write(asked)
        verdict = walk(run, hosts)
    finally:
        run.journal.close()
    _wake(ledger, cluster)
    _tell(run, hosts, verdict, as_json=as_json)
    if not isinstance(verdict, Confirmed):
        raise click.exceptions.Exit(OF_VERDICT[verdict.kind])
    raise click.exceptions.Exit(Exit.YES if all(map(run.holds, hosts)) else Exit.NO)


def _state(desk: Desk, cluster: str) -> ClusterState | None:
    """What Redis remembers, where it answers; then an operator's hold counts."""
    try:
        state = desk.ledger.state(cluster)
    except LedgerUnavailable as error:
        say_error(f"pgbaton: {error.reason}; going on without Redis")
        return None
    refuse_held(state)
    return state


def _run(
    desk: Desk, cluster: str, *, state: ClusterState | None, path: Path | None, as_json: bool
) -> Run:
    job = f"inline-{desk.token()}"
    stamp = datetime.fromtimestamp(desk.clock.now(), tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    file = path or FOLDER / f"{stamp}-{job[-6:]}.jsonl"
    incident = None if state is None or state.incident is None else state.incident.id
    journal = Journal(file, None if state is None else desk.ledger)
    return Run(
        desk=desk, cluster=cluster, journal=journal, job=job, incident=incident, quiet=as_json
    )


def _wake(ledger: Ledger | None, cluster: str) -> None:
    """Let a respond see what was done, where somebody is there to see it."""
    if ledger is None:
        return
    try:
        ledger.call(cluster)
    except LedgerUnavailable as error:
        say_error(f"pgbaton: {error.reason}; the clock looks by itself later")


def _tell(run: Run, hosts: tuple[str, ...], verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        say_json(_document(run, hosts, verdict))
        return
    speak, held = voice(), sum(map(run.holds, hosts))
    if isinstance(verdict, Confirmed):
        follow = f"{held} of {len(hosts)} {what(hosts)} follow {verdict.leadership.member}"
        speak.line(f"{run.cluster}: {follow}", "good" if held == len(hosts) else "bad")
    else:
        speak.line(NEXT[verdict.kind])
    file = run.journal.path
    late = f"; once Redis is back: pgbaton audit import {file}" if run.journal.late else ""
    speak.line(f"journal: {file}{late}", "quiet")


def _document(run: Run, hosts: tuple[str, ...], verdict: Verdict) -> dict[str, object]:
    ends = {h: run.records[h] for h in hosts if h in run.records}
    return {
        **document(run.cluster, verdict),
        "hosts": {
            h: {
                "outcome": r.outcome,
                "holds": run.holds(h),
                "seconds": r.seconds,
                "restarted": list(r.restarted),
                "reason": r.reason,
                "remedy": r.remedy,
            }
            for h, r in ends.items()
        },
        "journal": str(run.journal.path),
        "in_trail": not run.journal.late,
    }
