"""In which order the sides of a fan-out take turns: a machine that slows down must favour none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from deploy.lab.bench.fanned.floor import Floor
from deploy.lab.bench.fanned.ground import Ground
from deploy.lab.bench.fanned.hosts import file_of
from deploy.lab.bench.fanned.ours import Ours
from deploy.lab.bench.fanned.peers import AT_ONCE, Peers
from deploy.lab.bench.fanned.spent import between, spent, started

Side = TypeVar("Side")

FLEET = "fleet"
"""What pgbaton's own clusters are called, before the number of their hosts."""
CHUNK = 25
"""Hosts that a worker moves at once, and so threads of the bare script for each worker."""
COLD, WARM, BARE_COLD, BARE_WARM = "cold", "warm", "bare, cold", "bare, warm"
ANSIBLE, SIDE_BY_SIDE, LOOP = "ansible", "ssh side by side", "ssh in a loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured. `sizes` by how many workers pgbaton has; `blocks` are warm or not, and how
    often each size is measured in it, after one warm-up; `beside` is which sizes the other tools move,
    `times` how often after one, or once without it (0). Ansible is measured in the last `plays` of those."""

    sizes: Mapping[int, Sequence[int]]
    blocks: Sequence[tuple[bool, int]]
    beside: Sequence[int]
    times: int
    plays: int


FULL = Plan(
    sizes={1: (1, 10, 50, 100, 300), 4: (100, 300)},
    blocks=((False, 3), (True, 6), (False, 3)),
    beside=(10, 50),
    times=5,
    plays=3,
)
QUICK = Plan(sizes={1: (50, 100)}, blocks=((False, 1), (True, 1)), beside=(50,), times=0, plays=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What was measured: a side, moving so many hosts with so many workers (1 for who has none)."""

    side: str
    hosts: int
    workers: int = 1


@dataclass(slots=True, kw_only=True)
class Course:
    """The measuring itself, warm-up left out: `taken` are seconds, `costs` what each part spent of the
    processor for each host, `starts` how many processes were started for it."""

    ground: Ground
    plan: Plan
    say: Callable[[str], None]
    taken: dict[What, list[float]] = field(default_factory=lambda: defaultdict(list))
    costs: dict[What, list[Mapping[str, float]]] = field(default_factory=lambda: defaultdict(list))
    starts: dict[What, list[float]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> None:
        """Blocks of cold and warm epochs for each number of workers, then the other tools, by turns with
        workers as they run all day: warm."""
        ours, floor = Ours.on(self.ground), Floor(ground=self.ground)
        for workers, sizes in self.plan.sizes.items():
            for warm, times in self.plan.blocks:
                self.say(f"workers: {workers}, {'warm' if warm else 'cold'}")
                ours.start(workers=workers, warm=warm)
                self._block(ours, floor, sizes, times)
        ours.start(workers=1, warm=True)
        self._beside(ours, Peers(ground=self.ground))
        ours.stop()

    def _block(self, ours: Ours, floor: Floor, sizes: Sequence[int], times: int) -> None:
        """Each size by turns, pgbaton first or the bare script first."""
        for number in range(times + 1):
            for size in sizes:
                self._both(ours, floor, size, number)

    def _both(self, ours: Ours, floor: Floor, size: int, number: int) -> None:
        workers, warm, hosts = ours.workers, ours.warm, self.ground.hosts.all[:size]
        what = What(side=WARM if warm else COLD, hosts=size, workers=workers)
        bare = What(side=BARE_WARM if warm else BARE_COLD, hosts=size, workers=workers)
        turns: list[tuple[What, Callable[[], float]]] = [
            (what, lambda: ours.epoch(file_of(FLEET, hosts))),
            (bare, lambda: floor.epoch(hosts, width=CHUNK * workers, warm=warm)),
        ]
        for one, measure in by_turns(turns, number):
            if one is what:
                ours.ready()
            before, begun = spent(self.ground.lab), started()
            self._take(one, measure(), counts=number > 0)
            if number > 0:
                self.starts[one].append(round((started() - begun) / size, 1))
                self.costs[one].append(between(before, spent(self.ground.lab), size))

    def _beside(self, ours: Ours, peers: Peers) -> None:
        for number in range(self.plan.times + 1):
            for size in self.plan.beside:
                self._tools(ours, peers, size, number)

    def _tools(self, ours: Ours, peers: Peers, size: int, number: int) -> None:
        hosts = self.ground.hosts.all[:size]
        turns: list[tuple[str, Callable[[], float]]] = [
            (WARM, lambda: ours.epoch(file_of(FLEET, hosts))),
            (SIDE_BY_SIDE, lambda: peers.shell(hosts, at_once=AT_ONCE)),
            (LOOP, lambda: peers.shell(hosts, at_once=1)),
        ]
        if number >= self.plan.times - self.plan.plays:
            turns.append((ANSIBLE, lambda: peers.ansible(hosts)))
        first_play = number == self.plan.times - self.plan.plays
        for side, measure in by_turns(turns, number):
            warm_up = self.plan.times > 0 and (number == 0 or (side == ANSIBLE and first_play))
            self._take(What(side=side, hosts=size), measure(), counts=not warm_up)

    def _take(self, what: What, seconds: float, *, counts: bool) -> None:
        if counts:
            self.taken[what].append(round(seconds, 4))
            self.say(f"{what.hosts} hosts, {what.side}, workers {what.workers}: {seconds:.2f} s")


def by_turns(sides: Sequence[Side], number: int) -> Sequence[Side]:
    """A B, then B A, then A B: whoever comes first in one round comes last in the next."""
    return tuple(sides) if number % 2 else tuple(reversed(sides))
