"""How fast a leadership is acted on, by the hundred: epochs are made in a real etcd, without PostgreSQL.

From the instant right before the leader's key is written to the swap sent to the first of ten hosts, and
to the last host's entry in the trail; the stand-in for Patroni says at once that its member leads. Beside
it, by turns, the floor: a bare script that is logged in already sends the same two commands to the same
ten hosts at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deploy.lab.bench.families import Wish
from deploy.lab.bench.fanned.course import FLEET
from deploy.lab.bench.fanned.floor import BARE, Floor
from deploy.lab.bench.fanned.ground import open_ground
from deploy.lab.bench.fanned.hosts import Host, file_of, hosts
from deploy.lab.bench.fanned.ours import Led, Ours
from deploy.lab.bench.result import Group, Row, Series
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Entry, Kind

HOSTS, WORKERS = 10, 2
EPOCHS, QUICK = 150, 5
WARM_UP = 3
"""Epochs that count on no side."""
SENT_LIMIT, SENT_P99_LIMIT, WHOLE_LIMIT = 0.1, 0.3, 1.5


@dataclass(slots=True, kw_only=True)
class Taken:
    """Seconds, one value an epoch."""

    proven: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def take(self, led: Led, floored: float) -> None:
        """One epoch more."""
        self.proven.append(proven(led))
        self.begun.append(begun(led))
        self.sent.append(sent(led))
        self.whole.append(ended(led))
        self.floor.append(floored)


def measure_made(wish: Wish) -> tuple[Sequence[Row], Sequence[Group], Sequence[str]]:
    """Bring ten hosts up, and lead them anew again and again."""
    its = hosts(HOSTS)
    with open_ground({file_of(FLEET, its): its}, [file_of(BARE, its)]) as ground:
        ours, floor, taken, say = Ours.on(ground), Floor(ground=ground), Taken(), Screen().say
        ours.start(workers=WORKERS, warm=True)
        for number in range(WARM_UP + (QUICK if wish.quick else EPOCHS)):
            led, floored = _both(ours, floor, its, number)
            if number >= WARM_UP:
                taken.take(led, floored)
                say(f"{len(taken.whole)}: {taken.sent[-1]:.3f} s, {taken.whole[-1]:.3f} s")
        ours.stop()
    return tuple(_rows(taken)), (_group(taken),), NOTES


def _both(ours: Ours, floor: Floor, its: Sequence[Host], number: int) -> tuple[Led, float]:
    """One epoch of ours, and the commands alone; now this comes first, now that."""
    if number % 2:
        return ours.lead(file_of(FLEET, its)), floor.epoch(its, width=HOSTS, warm=True)
    floored = floor.epoch(its, width=HOSTS, warm=True)
    return ours.lead(file_of(FLEET, its)), floored


def proven(led: Led) -> float:
    """Seconds until the first verdict under the new epoch stood in the trail."""
    told = (e for e in led.entries if e.facts["kind"] == Kind.VERDICT)
    return min(e.at for e in told if epoch_of(e.facts) == led.epoch) / 1e6 - led.written


def begun(led: Led) -> float:
    """Seconds until a job began with the first host."""
    return min(e.at / 1e6 - float(e.facts["seconds"]) for e in _of_hosts(led)) - led.written


def sent(led: Led) -> float:
    """Seconds until the first swap went out, from the key; by the worker's clock within its host's time."""
    return min(sent_at(entry) for entry in _of_hosts(led)) - led.written


def sent_at(entry: Entry) -> float:
    """When a host's swap went out, in seconds since 1970: its entry comes after its end, so never too
    early."""
    took, until = float(entry.facts["seconds"]), float(entry.facts["evidence"]["sent"])
    return entry.at / 1e6 - took + until


def ended(led: Led) -> float:
    """Seconds until the last host's entry, from the key."""
    return max(entry.at for entry in _of_hosts(led)) / 1e6 - led.written


def _of_hosts(led: Led) -> Iterator[Entry]:
    for entry in led.entries:
        if entry.facts["kind"] == Kind.HOST and epoch_of(entry.facts) == led.epoch:
            yield entry


def _rows(taken: Taken) -> Iterator[Row]:
    first = Series(name="", values=taken.sent)
    what = "leader's key written to the swap sent to the first host"
    yield Row(
        name="reaction-sent-median",
        what=f"{what}, median",
        ours=first.median,
        limit=SENT_LIMIT,
        over="ours alone",
    )
    yield Row(
        name="reaction-sent-p99",
        what=f"{what}, p99",
        ours=first.p99,
        limit=SENT_P99_LIMIT,
        over="ours alone",
    )
    yield Row(
        name="reaction-whole",
        what=f"leader's key written to the last of {HOSTS} hosts done, over the commands themselves",
        ours=Series(name="", values=taken.whole).median,
        beside=Series(name="", values=taken.floor).median,
        limit=WHOLE_LIMIT,
    )


def _group(taken: Taken) -> Group:
    return Group(
        title=f"{HOSTS} hosts, from the leader's key, {WORKERS} workers, warm",
        series=(
            Series(name="leader proven", values=tuple(taken.proven)),
            Series(name="first host begun", values=tuple(taken.begun)),
            Series(name="first swap sent", values=tuple(taken.sent)),
            Series(name="last host done", values=tuple(taken.whole)),
            Series(name="the commands themselves, logged in before", values=tuple(taken.floor)),
        ),
    )


NOTES = (
    "epochs in etcd: the watch alone tells of them, as no Patroni runs that would call a hook",
    (
        "a host's work: its dotenv file follows the leader, and the application's command copies it as the"
        " file's owner; no service is restarted"
    ),
)
