"""Switchovers of a real cluster, by turns: who moves the hosts, and when the last of them was moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from deploy.lab import faults, layout, patroni
from deploy.lab.asking import switchover
from deploy.lab.bench.fanned.course import by_turns
from deploy.lab.bench.reactions.callback import Peer, Service, ends, let, starts, until_ended
from deploy.lab.bench.reactions.cluster import HOSTS, OURS, warm
from deploy.lab.bench.reactions.made import sent_at
from deploy.lab.bench.reactions.ways import WAYS, Landings
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.leadership import LeaderWatch
from deploy.lab.drill.trailwatch import TrailWatch, epoch_of, watch_trail
from deploy.lab.drill.writable import WritableWatch
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import wait_for, wait_until
from jobs.audit import Entry, Kind

PATIENCE = 90.0
"""Seconds for anything that must follow a switchover."""
SENT, CHECKED, STARTED = "sent", "checked", "started"
PEERS: Sequence[Peer] = ("loop", "ansible")

Seconds = Mapping[str, float]
"""What one epoch came to, from the leader's first writable moment, by what was waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A leadership, and since when its member takes writes while its key stands in etcd."""

    leadership: Leadership
    since: float


@dataclass(slots=True, kw_only=True)
class Course:
    """The measuring itself, on a cluster that runs. `taken` are seconds, warm-up left out."""

    lab: Lab
    say: Callable[[str], None]
    leaders: LeaderWatch
    writable: WritableWatch
    trail: TrailWatch
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def on(cls, lab: Lab, say: Callable[[str], None]) -> Course:
        """Call it from a thread on the operator's network: the observers stand there, too."""
        connections = [partial(lab.footing.etcd, name) for name in layout.ETCD]
        course = cls(
            lab=lab,
            say=say,
            leaders=LeaderWatch(connections=connections, changed=lambda _: None),
            writable=WritableWatch(password=_password(lab)),
            trail=watch_trail(lab, lambda _: None),
        )
        for observer in (course.leaders, course.writable, course.trail):
            observer.start()
        course._rest()
        return course

    def run(self, epochs: int) -> None:
        """So many epochs of each, after one of each that does not count."""
        peers = [partial(self._peer, peer) for peer in PEERS]
        sides: Sequence[Callable[[], Seconds]] = [self._ours, *peers]
        for number in range(epochs + 1):
            for side in by_turns(sides, number):
                seconds = side()
                told = ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items())
                self.say(f"{number or 'warm-up'}: {told}")
                if number:
                    self._take(seconds)

    def _take(self, seconds: Seconds) -> None:
        for name, value in seconds.items():
            self.taken[name].append(round(value, 4))

    def _ours(self) -> Seconds:
        """The leader changes, and pgbaton moves the hosts; meanwhile HAProxy and the NodeBalancer follow."""
        wait_until("warm connections", lambda: warm(self.lab), seconds=PATIENCE, step=0.5)
        old = self._leader()
        landings = Landings(password=_password(self.lab), left=old.address)
        landings.look()
        new = self._switched(old)
        wait_until("every login to land", lambda: landings.all, seconds=PATIENCE)
        self._rest()
        sent, checked = moved(self.trail.entries, new.leadership.epoch, HOSTS)
        last = self._started("shop", new)
        landed = {name: landings.at[name] for name in WAYS}
        instants = {SENT: sent, STARTED: last, CHECKED: checked, **landed}
        return {name: at - new.since for name, at in instants.items()}

    def _peer(self, peer: Peer) -> Seconds:
        """The leader changes, and its callback moves the hosts while pgbaton stands still."""
        before = {member: len(ends(self.lab, member)) for member in layout.MEMBERS}
        for name in OURS:
            faults.freeze_all(self.lab, "control", name)
        let(self.lab, peer)
        new = self._switched(self._leader())
        member = new.leadership.member
        until_ended(self.lab, member, times=before[member] + 1)
        last = self._started("peer", new)
        let(self.lab, None)
        for name in OURS:
            faults.thaw_all(self.lab, "control", name)
        self._rest()
        return {peer: last - new.since}

    def _switched(self, old: Leadership) -> New:
        """Another member leads, by a planned switchover."""
        self.writable.forget()
        switchover(self.lab, old.member)
        wait_until("a new leader", lambda: self.leaders.after(old.epoch), seconds=PATIENCE)
        new, first = self._leader(), self.writable.first
        wait_until(f"{new.member} to take writes", lambda: new.member in first, seconds=PATIENCE)
        return New(leadership=new, since=max(first[new.member], new.since))

    def _leader(self) -> Leadership:
        return wait_for("a leader", lambda: self.leaders.leader, seconds=PATIENCE)

    def _rest(self) -> None:
        """Wait until pgbaton has moved every host, no incident is open, and another member may lead."""
        epoch = self._leader().epoch
        wait_until("pgbaton's end", lambda: self.trail.concluded(epoch), seconds=PATIENCE)
        wait_until("every incident's end", lambda: not self.trail.open(), seconds=PATIENCE)
        wait_until("a synchronous replica", patroni.synchronous, seconds=PATIENCE, step=0.2)

    def _started(self, service: Service, new: New) -> float:
        """When the last host's service started with the new leader's address."""
        found = partial(last_start, new.leadership.address, new.since)

        def last() -> float | None:
            return found([starts(self.lab, host, service) for host in HOSTS])

        wait_until(f"each host's {service}", last, seconds=PATIENCE)
        at = last()
        assert at is not None
        return at


def _password(lab: Lab) -> str:
    assert lab.secrets.patroni.probe is not None
    return lab.secrets.patroni.probe


def moved(entries: Iterable[Entry], epoch: int, hosts: Iterable[str]) -> tuple[float, float]:
    """When the first host's swap went out and when the last host's entry stood in the trail, in seconds
    since 1970. LabError where a host was not changed."""
    ends = {
        e.facts["evidence"]["host"]: e
        for e in entries
        if e.facts["kind"] == Kind.HOST and epoch_of(e.facts) == epoch
    }
    outcomes = {name: e.facts["evidence"]["outcome"] for name, e in ends.items()}
    if outcomes != dict.fromkeys(hosts, "changed"):
        raise LabError(f"not every host was changed under epoch {epoch}: {outcomes}")
    return min(map(sent_at, ends.values())), max(e.at for e in ends.values()) / 1e6


def last_start(
    address: str, since: float, every_host: Sequence[Sequence[tuple[float, str]]]
) -> float | None:
    """When the last host started its service with this address for the first time since an instant, given
    each host's starts; None while one has not."""
    firsts = [
        next((at for at, to in its if at >= since and to == address), None) for its in every_host
    ]
    return None if None in firsts else max(at for at in firsts if at is not None)
