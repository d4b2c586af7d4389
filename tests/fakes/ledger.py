"""All state in memory: without it, a test of the jobs would need a Redis and a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from jobs import names
from jobs.anchor import Server
from jobs.audit import Draft, Entry, Head, Span
from jobs.event import Event
from jobs.ports import Clock, LedgerUnavailable, Stand
from jobs.state import (
    Assignment,
    ClusterState,
    HostRecord,
    Incident,
    Pause,
    Settled,
    dump,
    load,
)
from tests.fakes.clock import FakeClock
from tests.fakes.ledger_parts import Faults, Line, When
from tests.fakes.ledger_store import Store, belongs, outdated


@dataclass(slots=True)
class FakeLedger:
    """A jobs.ports.Ledger whose chain is real and whose jobs wait in `line` until `take` is called.

    `clock` stands for Redis TIME. `effects` names every step that happened. `fail(k, "after",
    error)` raises once around the k-th effect from now on: LedgerUnavailable or a worker's death.
    """

    clock: Clock = field(default_factory=FakeClock)
    inventory: str = "inventory"
    effects: list[str] = field(default_factory=list)
    unavailable: LedgerUnavailable | None = None
    server: Server | None = None
    store: Store = field(init=False)
    leases: dict[str, tuple[str, float]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    _faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.store = Store(digest=lambda: self.inventory)

    # What only tests may do.

    @property
    def line(self) -> Line:
        """The queue."""
        return self.store.line

    def take(self) -> tuple[str, dict[str, object]] | None:
        """The oldest waiting job as (function, kwargs), as a worker takes it; None when idle."""
        job = self.line.take(at=self.clock.now())
        return None if job is None else (job.function, dict(job.kwargs))

    def lose(self) -> None:
        """A worker takes the oldest job and dies before it starts."""
        self.line.lose(at=self.clock.now())

    def waiting_jobs(self) -> list[tuple[str, dict[str, object]]]:
        """What waits, oldest first, left where it is."""
        return [(job.function, dict(job.kwargs)) for job in self.line.waiting]

    def fail(self, effect: int, when: When, error: BaseException) -> None:
        """Raise `error` once, before or after the `effect`-th step from now on (1 is the next)."""
        self._faults = Faults(left=effect, when=when, error=error)

    def break_down(self, reason: str = "Redis cannot be reached") -> None:
        """From now on every call raises."""
        self.unavailable = LedgerUnavailable(reason, "start Redis")

    def recover(self) -> None:
        self.unavailable = None
        self._faults = Faults()

    # The port.

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        with self._step("append"):
            self._tell(cluster, drafts)

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        self._refuse()
        chain = self.store.of(cluster).chain.entries
        yield from (e for e in chain if e.seq > after and (upto is None or e.seq <= upto))

    def head(self, cluster: str) -> Head:
        self._refuse()
        chain = self.store.of(cluster).chain.entries
        return Head(seq=chain[-1].seq, hash=chain[-1].hash, at=chain[-1].at) if chain else Head()

    def heads(self, clusters: Sequence[str]) -> dict[str, Head]:
        return {cluster: self.head(cluster) for cluster in clusters}

    def stand(self, cluster: str) -> Stand:
        chain, now = self.store.of(cluster).chain.entries, round(self.clock.now() * 1_000_000)
        first = chain[0].seq if chain else 0
        return Stand(head=self.head(cluster), first=first, now=now, redis=self.server)

    def trim(self, cluster: str, *, through: int, head: str, draft: Draft) -> bool:
        with self._step("trim"):
            chain = self.store.of(cluster).chain
            if not any((one.seq, one.hash) == (through, head) for one in chain.entries):
                return False
            self._tell(cluster, [draft])
            chain.drop(through)
            return True

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> list[Span]:
        self._refuse()
        known = sorted(self.store.of(cluster).chain.spans.values(), key=lambda one: -one.first)
        return [one for one in known if before is None or one.first < before][:count]

    def span(self, cluster: str, incident: str) -> Span | None:
        self._refuse()
        return self.store.of(cluster).chain.spans.get(incident)

    def hear(self, event: Event, draft: Draft) -> bool:
        with self._step("hear"):
            if draft.id in self.store.of(event.cluster).chain.seen:
                return False
            self._tell(event.cluster, [draft])
            self.store.ask_respond(event.cluster, now=self.clock.now())
            return True

    def call(self, cluster: str, drafts: Sequence[Draft] = ()) -> bool:
        with self._step("call"):
            self._tell(cluster, drafts)
            return self.store.ask_respond(cluster, now=self.clock.now())

    def begin(self, cluster: str, flight: str, *, lease: float) -> bool:
        with self._step("begin"):
            of, now = self.store.of(cluster), self.clock.now()
            self.store.give_up_place(cluster, flight)
            if of.flight not in {None, flight} and now < of.until:
                of.mark = True
                return False
            of.mark = of.mark and of.flight == flight
            of.flight, of.until = flight, now + lease
            return True

    def again(self, cluster: str, flight: str, *, lease: float) -> bool:
        with self._step("again"):
            of = self.store.of(cluster)
            if of.flight != flight:
                return False
            repeat, of.mark = of.mark, False
            of.flight = flight if repeat else None
            of.until = self.clock.now() + lease if repeat else 0.0
            return repeat

    def state(self, cluster: str) -> ClusterState:
        self._refuse()
        of, now = self.store.of(cluster), self.clock.now()
        return ClusterState(
            cluster=cluster,
            now=now,
            incident=load(Incident, of.incident) if of.incident else None,
            settled=load(Settled, of.settled) if of.settled else Settled(),
            hosts={host: load(HostRecord, text) for host, text in of.hosts.items()},
            assignments={h: load(Assignment, text) for h, text in of.assignments.items()},
            pause=load(Pause, of.paused) if of.paused else None,
            flight=of.flight if now < of.until else None,
            asked=of.asked.get(names.RESPOND),
            ending=of.asked.get(names.CONCLUDE),
        )

    def states(self, clusters: Sequence[str]) -> dict[str, ClusterState]:
        return {cluster: self.state(cluster) for cluster in clusters}

    def save(
        self,
        cluster: str,
        flight: str,
        *,
        drafts: Sequence[Draft] = (),
        incident: Incident | None = None,
        settled: Settled | None = None,
        assign: Mapping[str, Assignment] | None = None,
        conclude: bool = False,
    ) -> bool:
        with self._step("save"):
            of = self.store.of(cluster)
            if of.flight != flight:
                return False
            self._tell(cluster, drafts)
            of.incident = dump(incident) if incident else of.incident
            if settled:
                of.incident, of.settled = None, dump(settled)
            self.store.hand_out(cluster, assign or {}, now=self.clock.now())
            if conclude:
                self.store.ask_conclude(cluster, now=self.clock.now())
            return True

    def report(
        self, cluster: str, job: str, records: Mapping[str, HostRecord], drafts: Sequence[Draft]
    ) -> None:
        with self._step("report"):
            of = self.store.of(cluster)
            self._tell(cluster, drafts)
            for host, record in records.items():
                if not outdated(of, host, record):
                    of.hosts[host] = dump(record)
            done = [host for host in records if belongs(of, host, job)]
            for host in done:
                del of.assignments[host]
            if done and not of.assignments:
                self.store.ask_conclude(cluster, now=self.clock.now())

    def beat(self, cluster: str, job: str, hosts: Sequence[str]) -> None:
        with self._step("beat"):
            of = self.store.of(cluster)
            for host in (host for host in hosts if belongs(of, host, job)):
                held = load(Assignment, of.assignments[host])
                of.assignments[host] = dump(replace(held, beat=self.clock.now(), started=True))

    def forget(self, cluster: str, hosts: Sequence[str], drafts: Sequence[Draft]) -> None:
        with self._step("forget"):
            self._tell(cluster, drafts)
            for host in hosts:
                self.store.of(cluster).hosts.pop(host, None)

    def pause(self, cluster: str, pause: Pause | None, drafts: Sequence[Draft]) -> None:
        with self._step("pause"):
            self._tell(cluster, drafts)
            self.store.of(cluster).paused = dump(pause) if pause else None

    def waiting(self, jobs: Sequence[str]) -> frozenset[str]:
        self._refuse()
        now = self.clock.now()
        return frozenset(job for job in jobs if self.line.waits(job, now=now))

    def crowded(self) -> bool:
        self._refuse()
        return bool(self.line.waiting)

    def lease(self, name: str, holder: str, *, seconds: float) -> bool:
        with self._step("lease"):
            held, until = self.leases.get(name, ("", 0.0))
            if held not in {"", holder} and self.clock.now() < until:
                return False
            self.leases[name] = (holder, self.clock.now() + seconds)
            if not seconds:
                del self.leases[name]
            return True

    def recall(self, name: str) -> str | None:
        self._refuse()
        return self.texts.get(name)

    def recalls(self, names: Sequence[str]) -> dict[str, str]:
        self._refuse()
        return {name: self.texts[name] for name in names if name in self.texts}

    def remember(self, name: str, text: str) -> None:
        with self._step("remember"):
            self.texts[name] = text

    def requeue(self, function: str, arguments: Mapping[str, object]) -> None:
        with self._step("requeue"):
            cluster, now = str(arguments.get("cluster", "")), self.clock.now()
            asked = self.store.of(cluster).asked
            if asked.get(function) == arguments.get("flight"):
                asked.pop(function, None)
            if function == names.RESPOND:
                self.store.ask_respond(cluster, arguments, now=now)
            elif function == names.CONCLUDE:
                self.store.ask_conclude(cluster, arguments, now=now)
            else:
                job = str(arguments.get("job") or names.job_id(function, cluster))
                self.line.put(job, function, arguments, at=now)

    # Steps within a step.

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._refuse()
        self._faults.strike("before")
        yield
        self.effects.append(name)
        self._faults.strike("after")

    def _refuse(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable

    def _tell(self, cluster: str, drafts: Sequence[Draft]) -> None:
        at = round(self.clock.now() * 1_000_000)
        self.store.of(cluster).chain.append(drafts, at=at)
