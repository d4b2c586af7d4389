"""pgbaton's own processes: whether anybody would do the work tonight, and by which inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deploy.doctor.finding import Finding, error, listed, plural, warning
from deploy.doctor.report import Report, report

SILENT = 20.0
"""Seconds after which a worker that gives no sign of life is no worker: idle or busy, it gives one every
five (workers/queue.py)."""
LONG = 30.0
"""Seconds that a job may wait in peace."""
NEEDED = ("clock", "chronicle", "probe")


@dataclass(frozen=True, slots=True, kw_only=True)
class AWorker:
    """One worker as RQ knows it. `beat`: seconds since its last sign of life; `inventory`: the digest it
    works by, None where it does not say."""

    name: str
    beat: float
    inventory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersSeen:
    """`leases`: who holds each, None for nobody. `needed`: the processes that the inventory asks for, of
    those that hold leases. `told`: whether the watch told of the present leader, by cluster; None where
    nobody knows who leads."""

    digest: str
    workers: tuple[AWorker, ...]
    waiting: int = 0
    running: int = 0
    failed: int = 0
    oldest: float = 0.0
    foreign: int = 0
    leases: Mapping[str, str | None] = field(default_factory=dict)
    needed: tuple[str, ...] = NEEDED
    told: Mapping[str, bool | None] = field(default_factory=dict)

    @property
    def alive(self) -> tuple[AWorker, ...]:
        return tuple(w for w in self.workers if w.beat <= SILENT)


def judge_workers(seen: WorkersSeen) -> Report:
    """Everything that Redis shows of the processes."""
    findings = [*_workers(seen), *_queue(seen), *_leases(seen), *_watch(seen)]
    return report("processes", _fine(seen), findings)


def _fine(seen: WorkersSeen) -> Iterator[str]:
    if seen.alive:
        held = [name for name, holder in seen.leases.items() if holder]
        yield f"{len(seen.alive)} workers, {', '.join(held) or 'no process'} alive, {seen.waiting} jobs wait"
    yield f"inventory {seen.digest}"


def _workers(seen: WorkersSeen) -> Iterator[Finding]:
    if not seen.alive:
        why = "Every event is recorded and nothing is done about it: no host is moved."
        mend = "systemctl start pgbaton-worker@1, on as many machines as you like"
        yield error("no-worker", "no worker gives a sign of life", why, mend)
    elif len(seen.alive) == 1:
        why = "Its machine's loss ends all repointing until it is back."
        mend = "start another, better on another machine"
        yield warning("one-worker", "one worker alone is alive", why, mend)
    gone = [w.name for w in seen.workers if w.beat > SILENT]
    if gone and seen.alive:
        what = f"{listed(gone)} {plural(gone, 'was', 'were')} killed, and never said goodbye"
        why = "What it had begun, the clock gave to others."
        yield warning("worker-gone", what, why, "see its log; RQ forgets it by itself")
    yield from _by_another(seen)


def _by_another(seen: WorkersSeen) -> Iterator[Finding]:
    if other := [w.name for w in seen.alive if w.inventory not in {None, seen.digest}]:
        works = plural(other, "works", "work")
        what = f"{listed(other)} {works} by another inventory than {seen.digest}"
        why = "It puts this inventory's jobs back; with no other left to take them nothing is done."
        mend = "bring the inventory to its machine; then systemctl reload pgbaton-worker@N (SIGHUP)"
        yield error("worker-inventory", what, why, mend)


def _queue(seen: WorkersSeen) -> Iterator[Finding]:
    if seen.oldest > LONG:
        what = f"the oldest of {seen.waiting} jobs waits for {seen.oldest:.0f} s"
        yield error(
            "queue-old",
            what,
            "A failover now would wait behind it.",
            "start more workers; see the log of those there are",
        )
    if seen.foreign:
        what = f"{seen.foreign} waiting jobs are of another inventory than {seen.digest}"
        why = "Two inventories are in use: a job goes round until a worker of its own takes it."
        yield warning(
            "queue-inventory",
            what,
            why,
            "bring one inventory to every machine, and reload each process (SIGHUP)",
        )
    if seen.failed:
        why = "A job that raises is a bug, or a worker that was killed in it; the clock repeats what it owed."
        yield warning(
            "jobs-failed",
            f"{seen.failed} jobs failed within a week",
            why,
            "see the workers' logs (journalctl -u 'pgbaton-worker@*')",
        )


def _leases(seen: WorkersSeen) -> Iterator[Finding]:
    for name in seen.needed:
        if seen.leases.get(name) is None:
            finding, why = _WITHOUT[name]
            yield finding(
                f"no-{name}", f"no {name} is alive", why, f"systemctl start pgbaton-{name}"
            )


_WITHOUT = {
    "clock": (
        error,
        "A lost event is never made up for, and a dead worker's hosts stay where they are.",
    ),
    "chronicle": (warning, "Nobody is told: no Slack, no alert, no anchors of the trail."),
    "probe": (warning, "What Linode knows of nodes and machines is noticed late, or not at all."),
}


def _watch(seen: WorkersSeen) -> Iterator[Finding]:
    silent = [cluster for cluster, told in seen.told.items() if told is False]
    if silent:
        what = f"the watch never told of the present leader of {listed(silent)}"
        why = "It is down, or may not speak: without hook and watch only the clock notices, two seconds later."
        yield warning(
            "no-watch", what, why, "systemctl start pgbaton-watch; see senders.watch and its log"
        )
