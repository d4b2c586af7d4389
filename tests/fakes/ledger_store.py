"""The rules of FakeLedger within one step: who is asked for, what is handed out, whose a host is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from jobs import names
from jobs.inventory import SCHEMA
from jobs.state import Assignment, HostRecord, dump, load
from tests.fakes.ledger_parts import Line, Memory


@dataclass(slots=True)
class Store:
    """Every cluster's memory and the one queue; `now` is the step's instant, `digest` the inventory's."""

    digest: Callable[[], str]
    line: Line = field(default_factory=Line)
    memories: dict[str, Memory] = field(default_factory=dict)

    def of(self, cluster: str) -> Memory:
        return self.memories.setdefault(cluster, Memory())

    def give_up_place(self, cluster: str, flight: object) -> None:
        """A job that was taken is no longer the one that waits."""
        of = self.of(cluster)
        of.asked = {name: job for name, job in of.asked.items() if job != flight}

    def ask_respond(
        self, cluster: str, like: Mapping[str, object] | None = None, *, now: float
    ) -> bool:
        of = self.of(cluster)
        if self.line.expects(of.asked.get(names.RESPOND, ""), now=now):
            return False
        if of.flight is not None and now < of.until:
            of.mark = True
            return True
        self._enqueue(cluster, names.RESPOND, like, now=now)
        return True

    def ask_conclude(
        self, cluster: str, like: Mapping[str, object] | None = None, *, now: float
    ) -> None:
        if not self.line.waits(self.of(cluster).asked.get(names.CONCLUDE, ""), now=now):
            self._enqueue(cluster, names.CONCLUDE, like, now=now)

    def hand_out(self, cluster: str, assign: Mapping[str, Assignment], *, now: float) -> None:
        """One job for each id that was never handed out before."""
        of = self.of(cluster)
        fresh = {h: a for h, a in assign.items() if a.job not in of.handed_out}
        for host, given in fresh.items():
            of.assignments[host] = dump(replace(given, beat=now, started=False))
        for job in dict.fromkeys(given.job for given in fresh.values()):
            of.handed_out.add(job)
            hosts = [host for host, given in fresh.items() if given.job == job]
            plain = {"cluster": cluster, "job": job, "hosts": hosts, **self._own()}
            self.line.put(job, names.job_for(hosts[0]), plain, at=now)

    def _enqueue(
        self, cluster: str, function: str, like: Mapping[str, object] | None, *, now: float
    ) -> None:
        job = names.job_id(function, cluster)
        plain = {"cluster": cluster, **self._own()}
        self.of(cluster).asked[function] = job
        self.line.put(job, function, {**(like or plain), "flight": job}, at=now)

    def _own(self) -> dict[str, object]:
        return {"inventory": self.digest(), "schema": SCHEMA}


def outdated(of: Memory, host: str, record: HostRecord) -> bool:
    """True where something newer is known of the host."""
    if host not in of.hosts:
        return False
    held = load(HostRecord, of.hosts[host])
    return (held.epoch, held.attempt) > (record.epoch, record.attempt)


def belongs(of: Memory, host: str, job: str) -> bool:
    """True where the host is assigned to this job."""
    return host in of.assignments and load(Assignment, of.assignments[host]).job == job
