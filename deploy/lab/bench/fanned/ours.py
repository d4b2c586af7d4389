"""pgbaton's own side of a fan-out: its processes, an epoch, and how long the hosts took by the trail."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from redis import Redis

from deploy.lab import pgbaton, redis
from deploy.lab.bench.fanned.ground import Ground
from deploy.lab.bench.fanned.tables import inventory_toml, seats
from deploy.lab.bench.leaders import Seat
from deploy.lab.bench.waiting import waiting
from deploy.lab.drill.trailwatch import epoch_of
from deploy.lab.lab import loaded
from deploy.lab.machine import LabError
from deploy.lab.process import Process, wait_until
from jobs.audit import Entry, Kind
from workers.redis import RedisLedger

STARTS, CONNECTS, MOVES = 60.0, 0.5, 180.0
"""Seconds that pgbaton has to start, besides some for each connection, and to move all hosts of a
cluster."""
NO_DRIFT = 3600.0
"""Seconds in which nobody reads a cluster's hosts to see whether they are as they were applied: the bench
holds the lease for that. A worker that reads a hundred hosts moves none meanwhile, and is not cold."""
EVERY = 0.1
"""Seconds between two looks at the trail: a look must not be what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """One epoch: right before its leader's key was `written` (seconds since 1970), and all that the
    trail tells since."""

    epoch: int
    written: float
    entries: Sequence[Entry]


@dataclass(slots=True, kw_only=True)
class Ours:
    """pgbaton on the control machine of a ground. `workers` are so many of the running processes; they
    keep a connection to every host and a script that waits there, or, where not `warm`, start anew for every epoch (`used`: they have
    moved hosts since). With `ledger` the bench itself reads what they did."""

    ground: Ground
    client: Redis
    ledger: RedisLedger
    others: list[Process] = field(default_factory=list)
    working: list[Process] = field(default_factory=list)
    leading: dict[str, Seat] = field(default_factory=dict)
    workers: int = 1
    warm: bool = False
    used: bool = False

    @classmethod
    def on(cls, ground: Ground) -> Ours:
        """Nothing runs yet, but every cluster has its first leader."""
        client = redis.connect(ground.lab.secrets.redis)
        ledger = RedisLedger(client, inventory=ground.lab.inventory.digest)
        ours = cls(ground=ground, client=client, ledger=ledger)
        ground.leaders.elect([ours._next(cluster) for cluster in ground.fleet])
        return ours

    def start(self, *, workers: int, warm: bool) -> None:
        """Web, watch, clock and so many workers, which are connected where they are to be warm."""
        self.stop()
        lab, control = self.ground.lab, self.ground.lab.machines["control"]
        self.workers, self.warm = workers, warm
        text = inventory_toml(self.ground.fleet, lab.secrets, warm=self._connections)
        lab.inventory_file.write_text(text)
        lab.inventory = loaded(text)
        for cluster in self.ground.fleet:
            self.ledger.lease(f"drift:{cluster}", "bench", seconds=NO_DRIFT)
        told, clusters = self._accepted(), len(self.ground.fleet)
        self.others = [pgbaton.start_web(lab)]
        self._start_workers()
        self.others += [pgbaton.start(lab, control, name, name) for name in ("watch", "clock")]
        wait_until("the watch", lambda: self._accepted() - told >= clusters, seconds=STARTS)
        wait_until("the workers to rest", self._rests, seconds=MOVES, step=0.2)
        self.ready()
        self.used = True  # by hosts that followed nobody yet

    def stop(self) -> None:
        """End all of it, and every connection with it."""
        self._stop_workers()
        for process in self.others:
            process.stop(grace=20)
        self.others = []

    def _start_workers(self) -> None:
        lab, control = self.ground.lab, self.ground.lab.machines["control"]
        names = [f"worker-{number}" for number in range(1, self.workers + 1)]
        self.working = [pgbaton.start(lab, control, name, "worker") for name in names]
        self.used = False
        wait_until("the workers", lambda: self._listening() == self.workers, seconds=STARTS)
        wanted, connected = self._connections * self.workers, self.ground.hosts.connections
        within = STARTS + CONNECTS * wanted
        wait_until(f"{wanted} connections", lambda: connected() == wanted, seconds=within, step=0.5)

    def _stop_workers(self) -> None:
        for process in self.working:
            process.stop(grace=20)
        self.working = []

    @property
    def _connections(self) -> int:
        """How many each worker keeps."""
        return len(self.ground.hosts.all) if self.warm else 0

    def ready(self) -> None:
        """Fresh workers where they are to be cold, and moved hosts since their start; where they are
        warm, a script of each waits on every host."""
        if self.warm:
            self._await_scripts()
        elif self.used:
            self._stop_workers()
            self._start_workers()

    def _await_scripts(self) -> None:
        wanted = self._connections * self.workers
        within = STARTS + CONNECTS * wanted
        wait_until(
            f"{wanted} scripts that wait",
            lambda: self._waiting() == wanted,
            seconds=within,
            step=0.5,
        )

    def _waiting(self) -> int:
        lab, hosts = self.ground.lab, self.ground.hosts.all
        return sum(waiting(lab.machines[name]) for name in {host.machine for host in hosts})

    def epoch(self, cluster: str) -> float:
        """Lead a cluster anew; seconds from the hosts' assignment to the last host's entry. LabError
        where not every host was changed."""
        led = self.lead(cluster)
        return seconds(led.entries, led.epoch, [host.name for host in self.ground.fleet[cluster]])

    def lead(self, cluster: str) -> Led:
        """Let the other member lead a cluster, until its incident is concluded. LabError where a host
        does not follow."""
        self.ready()
        self.used = True
        seat, head = self._next(cluster), self.ledger.head(cluster).seq
        self.ground.leaders.lose([cluster])
        written = time.time()
        epoch = self.ground.leaders.elect([seat])[cluster]
        entries: list[Entry] = []
        deadline = time.monotonic() + MOVES
        while not concluded(entries, epoch):
            if time.monotonic() > deadline:
                raise LabError(f"{cluster} did not conclude: {entries[-1:]}")
            time.sleep(EVERY)
            entries += self.ledger.entries(cluster, after=entries[-1].seq if entries else head)
        if not self.ground.hosts.follow(self.ground.fleet[cluster], cluster, seat.address):
            raise LabError(f"a host of {cluster} does not follow {seat.member}")
        if self.warm:  # what is measured next must not be measured beside their starts
            self._await_scripts()
        return Led(epoch=epoch, written=written, entries=entries)

    def _next(self, cluster: str) -> Seat:
        first, second = seats(self.ground.fleet)[cluster]
        seat = second if self.leading.get(cluster) == first else first
        self.leading[cluster] = seat
        return seat

    def _listening(self) -> int:
        return int(self.client.scard("rq:workers"))

    def _rests(self) -> bool:
        """Whether every host follows its leader, every incident has ended, and no job waits or runs."""
        follow, led = self.ground.hosts.follow, self.ground.fleet.items()
        if not all(follow(its, name, self.leading[name].address) for name, its in led):
            return False
        ended = all(self.ledger.state(cluster).incident is None for cluster in self.ground.fleet)
        busy = self.client.llen("rq:queue:pgbaton") or self.client.zcard("rq:wip:pgbaton")
        return ended and not busy

    def _accepted(self) -> int:
        """Events that the webhook has accepted so far."""
        log = self.ground.lab.machines["control"].folder / "access.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum(line.startswith("202 ") for line in lines)


def concluded(entries: Iterable[Entry], epoch: int) -> bool:
    """Whether an incident ended under this epoch."""
    ended = (e.facts for e in entries if e.facts["kind"] == Kind.CONCLUDED)
    return any(epoch_of(facts) == epoch for facts in ended)


def seconds(entries: Sequence[Entry], epoch: int, hosts: Sequence[str]) -> float:
    """From the moment at which the hosts were given to jobs to the last host's entry, by Redis' clock.
    LabError where a host is missing, or needed nothing."""
    given = [e.at for e in entries if e.facts["kind"] == Kind.PLANNED and _named(e) == epoch]
    ends = {
        e.facts["evidence"]["host"]: e
        for e in entries
        if e.facts["kind"] == Kind.HOST and epoch_of(e.facts) == epoch
    }
    outcomes = {name: e.facts["evidence"]["outcome"] for name, e in ends.items()}
    if not given or outcomes != dict.fromkeys(hosts, "changed"):
        raise LabError(f"not every host was changed under epoch {epoch}: {outcomes}")
    return (max(e.at for e in ends.values()) - min(given)) / 1e6


def _named(planned: Entry) -> int:
    return int(planned.facts["evidence"]["fence"].rpartition("/")[2])
