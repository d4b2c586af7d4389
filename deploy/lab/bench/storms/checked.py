"""Whether a storm's result is true: a bench that only waited for the end might time a pgbaton that does nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.lab.bench.leaders import Seat
from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.course import Course, course_of
from deploy.lab.bench.storms.ground import Ground
from deploy.lab.bench.storms.meters import watch_streams
from deploy.lab.bench.storms.struck import Struck
from jobs.audit import Entry, Kind
from jobs.audit.examine import examine
from jobs.names import QUEUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`concluded` are the incidents that ended as they should, each told in its course; `wrong` says
    of every other cluster, and of the whole, what is not as it should be."""

    courses: Sequence[Course]
    wrong: Sequence[str]

    @property
    def concluded(self) -> int:
        return len(self.courses)


def check(ground: Ground, struck: Struck) -> Checked:
    """Look at every trail, every host's file and the watch's streams, once all is over."""
    courses, wrong = list[Course](), list(_whole(ground))
    for name, epoch in struck.epochs.items():
        entries = list(ground.ledger.entries(name))
        fresh = [entry for entry in entries if entry.seq > struck.before[name]]
        course = course_of(fresh, epoch)
        flaws = [*trail_flaws(entries, fresh), *_host_flaws(ground, name, struck.seats[name])]
        if course is None:
            flaws.append("its incident did not end under the new epoch")
        if course is None or flaws:
            wrong += [f"{name}: {flaw}" for flaw in flaws]
        else:
            courses.append(course)
    return Checked(courses=courses, wrong=wrong)


def _whole(ground: Ground) -> Iterator[str]:
    streams = watch_streams()
    if streams != 1:
        yield f"{streams} watch streams at etcd, where one serves all clusters"
    failed = int(ground.client.zcard(f"rq:failed:{QUEUE}"))
    if failed:
        yield f"{failed} jobs failed"


def trail_flaws(entries: Sequence[Entry], fresh: Sequence[Entry]) -> Iterator[str]:
    """What a whole trail, and what came to it in the storm, should not look like."""
    if not examine(entries).sound:
        yield "its trail does not verify"
    kinds = Counter(entry.facts["kind"] for entry in fresh)
    for kind in (Kind.OPENED, Kind.PLANNED, Kind.HOST, Kind.CONCLUDED):
        if kinds[kind] != 1:
            yield f"{kinds[kind]} entries of the kind {kind}, not one"
    if kinds[Kind.ALARM]:
        yield "an alarm was raised"


def _host_flaws(ground: Ground, name: str, seat: Seat) -> Iterator[str]:
    file = ground.lab.machines[crowd.HOST].folder / crowd.env_file(name).lstrip("/")
    said = env_of(file.read_text())
    if (said.get("DB_HOST"), said.get("DB_PORT")) != (seat.address, str(seat.port)):
        yield f"its host's file names {said.get('DB_HOST')}, not {seat.address}"
    moves = (file.parent / "moves.log").read_text().split()
    if moves[-1:] != [seat.address] or moves[-2:-1] == [seat.address]:
        yield f"its host was led to {' then '.join(moves[-2:])}, not once to {seat.address}"


def env_of(text: str) -> Mapping[str, str]:
    """The lines of a dotenv file that has nothing but plain values."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {key: value for key, _, value in pairs}
