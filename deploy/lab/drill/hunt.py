"""Workers in slow motion: a kill by chance would hardly ever hit the few milliseconds that some stages of a job take."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deploy.lab import layout
from deploy.lab.busy import jobs_of, workers_of
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.hostwatch import journal, journal_fence, journal_phase
from deploy.lab.drill.stage import Stage
from deploy.lab.lab import Lab
from deploy.lab.process import Process, descendants
from jobs.state import Assignment, ClusterState
from workers.secrets import Secrets
from workers.store import ledger_of

RUNS = 0.001
"""Seconds that workers run between two looks at what they came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What stands still: Redis' memory of the cluster, each host's phase in the epoch to come (None:
    untouched yet), and the epoch that was."""

    state: ClusterState
    phases: Mapping[str, str | None]
    old: int

    @property
    def proven(self) -> bool:
        """Whether the new leadership is written down as proven."""
        known = self.state.incident
        return known is not None and known.fence is not None and known.fence.epoch > self.old

    @property
    def started(self) -> bool:
        """Whether a job has said that it has hosts of the new epoch in hand."""
        return any(one.started for one in self._given)

    @property
    def assigned(self) -> bool:
        return bool(self._given)

    @property
    def untouched(self) -> bool:
        """Whether no host knows of the new epoch."""
        return not any(self.phases.values())

    def in_phase(self, phase: str) -> bool:
        return phase in self.phases.values()

    @property
    def unreported(self) -> bool:
        """Whether a host is done, and Redis does not know."""
        return any(
            phase == "checked" and not self._told(host) for host, phase in self.phases.items()
        )

    def _told(self, host: str) -> bool:
        record = self.state.hosts.get(host)
        return record is not None and record.epoch > self.old

    @property
    def _given(self) -> list[Assignment]:
        return [one for one in self.state.assignments.values() if one.epoch > self.old]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A stage of the work at which a worker can be struck. `job` is what it is at, `there` whether a
    moment is one of that stage, `near` whether it is time to look closely; `at_once` where the stage may
    be over before the lab's own watch has told that the leader is gone."""

    title: str
    job: str
    there: Callable[[Moment], bool]
    near: Callable[[Moment], bool] = lambda _: True
    at_once: bool = False


@contextmanager
def caught(stage: Stage, old: Leadership, point: Point) -> Iterator[str]:
    """The name of the worker that is at that point, all of them standing still; they go on afterwards,
    those that live. TimeoutError where nobody comes by."""
    look = _looks(stage.lab, old)
    if not point.at_once:
        stage.until("a new leader", lambda: not _leads(stage, old), step=0.005)
    stage.until(f"the time before {point.title}", lambda: point.near(look()), step=0.005)
    found: list[str] = []

    def there() -> bool:
        _signal(stage.lab, signal.SIGCONT)
        time.sleep(RUNS)
        _signal(stage.lab, signal.SIGSTOP)
        found[:] = _at(point, jobs_of(stage.lab), look())
        return bool(found)

    try:
        with _first():
            stage.until(point.title, there, step=0)
        yield found[0]
    finally:
        _thaw(stage.lab)


def _at(point: Point, jobs: Mapping[str, str], moment: Moment) -> list[str]:
    """The workers at that point of their work, the one that holds the flight before the others."""
    busy = [name for name, job in jobs.items() if job.startswith(point.job)]
    busy.sort(key=lambda name: jobs[name] != moment.state.flight)
    return busy if point.there(moment) else []


@contextmanager
def _first() -> Iterator[None]:
    """Run this thread before all others: on a busy machine it would wake long after its pause, and the
    workers would have run all the while."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _leads(stage: Stage, old: Leadership) -> bool:
    leader = stage.leaders.leader
    return leader is not None and leader.epoch == old.epoch


def _looks(lab: Lab, old: Leadership) -> Callable[[], Moment]:
    ledger = ledger_of(lab.inventory, Secrets({"PGBATON_REDIS_PASSWORD": lab.secrets.redis}))

    def look() -> Moment:
        phases = {host: _phase(lab, host, old) for host in layout.SHOPS}
        return Moment(state=ledger.state(layout.CLUSTER), phases=phases, old=old.epoch)

    return look


def _phase(lab: Lab, host: str, old: Leadership) -> str | None:
    path = journal(lab, host)
    fence = journal_fence(path)
    return journal_phase(path) if fence is not None and fence.epoch > old.epoch else None


def _signal(lab: Lab, number: signal.Signals) -> None:
    """nsenter, which stops with its child, is left alone until the end: it would wake the child at a
    moment of its own."""
    for worker in workers_of(lab):
        for pid in _all(worker):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _thaw(lab: Lab) -> None:
    _signal(lab, signal.SIGCONT)
    for worker in workers_of(lab):
        with suppress(ProcessLookupError):
            worker.signal(signal.SIGCONT)


def _all(worker: Process) -> Iterator[int]:
    pid = worker.pid
    if pid is not None:
        yield pid
        yield from descendants(pid)


POINTS: Mapping[str, Point] = {
    "asked": Point(
        title="a worker that is to look and has not begun",
        job="respond",
        there=lambda m: not m.proven and m.state.flight is None,
        at_once=True,
    ),
    "respond": Point(
        title="a worker that looks, before its verdict",
        job="respond",
        there=lambda m: not m.proven and m.state.flight is not None,
    ),
    "assigned": Point(
        title="a worker that was given hosts and has not begun",
        job="repoint",
        there=lambda m: m.assigned and not m.started,
    ),
    "begun": Point(
        title="a worker that has begun with hosts that know nothing yet",
        job="repoint",
        there=lambda m: m.started and m.untouched,
        near=lambda m: m.proven,
    ),
    "after": Point(
        title="a worker whose hosts run their after-commands",
        job="repoint",
        there=lambda m: m.in_phase("intent"),
        near=lambda m: m.in_phase("intent"),
    ),
    "restart": Point(
        title="a worker whose hosts restart their services",
        job="repoint",
        there=lambda m: m.in_phase("written"),
        near=lambda m: m.in_phase("written"),
    ),
    "report": Point(
        title="a worker before its report",
        job="repoint",
        there=lambda m: m.unreported,
        near=lambda m: m.in_phase("written") or m.in_phase("restarted"),
    ),
    "conclude": Point(
        title="a worker before its conclusion",
        job="conclude",
        there=lambda m: m.state.incident is not None,
        near=lambda m: m.in_phase("checked"),
    ),
}
"""The road of a failover, stage by stage."""
