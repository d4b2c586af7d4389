"""What a fan-out came to: its rows and its pictures, from the seconds that were taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deploy.lab.bench.fanned.course import (
    ANSIBLE,
    BARE_COLD,
    BARE_WARM,
    CHUNK,
    COLD,
    LOOP,
    SIDE_BY_SIDE,
    WARM,
    What,
)
from deploy.lab.bench.fanned.hosts import PER_MACHINE
from deploy.lab.bench.fanned.peers import AT_ONCE, FORKS
from deploy.lab.bench.fanned.spent import HOSTS, OTHERS, STORES, WORKERS
from deploy.lab.bench.result import Group, Measured, Row, Series

COLD_LIMIT, WARM_LIMIT, ANSIBLE_LIMIT = 1.25, 0.35, 12.0

Taken = Mapping[What, Sequence[float]]
Costs = Mapping[What, Sequence[Mapping[str, float]]]
Starts = Mapping[What, Sequence[float]]

NAMES = {
    COLD: "pgbaton, cold",
    BARE_COLD: "the bare script, cold",
    WARM: "pgbaton, warm",
    BARE_WARM: "the bare script, logged in before",
    SIDE_BY_SIDE: f"ssh, {AT_ONCE} at once",
    LOOP: "ssh in a loop",
    ANSIBLE: f"ansible-playbook, {FORKS} forks",
}


def told(taken: Taken, costs: Costs, starts: Starts) -> Measured:
    """Everything that was measured, and what of it is held against a limit."""
    return Measured(
        family="fanout",
        rows=tuple(_rows(taken)),
        groups=(*_groups(taken), *_spent(costs), _started(starts)),
        notes=NOTES,
    )


NOTES = (
    (
        "pgbaton: from the moment at which respond gave the hosts to jobs to the last host's entry in the"
        " trail, by Redis' clock; so the queue, the jobs, the look at etcd before each swap and every report"
        " count, the look at the leader before and the conclusion after do not"
    ),
    (
        "the bare script: from its first dial to the last host's answer, its own start left out; the other"
        " tools: from the command to its end"
    ),
    (
        f"a worker moves {CHUNK} hosts at once, and the bare script has as many threads; both send the same"
        " bytes: read, then swap. A warm worker remembers what it read, and sends the swap alone"
    ),
    (
        "cold: workers that were just started and keep no connections; warm: one connection of each worker"
        " to every host, and a script there that waits for its order, counted on the hosts' side before it"
        " began"
    ),
    (
        f"{PER_MACHINE} hosts share a machine of the lab: its network namespace, its process ids and /run;"
        " each has an address, an sshd, /etc/ssh, /srv and /var/lib of its own, and so its own fence, journal"
        " and files. All hosts share the processors with who moves them: what sshd, sudo and the script"
        " compute bounds every side alike"
    ),
    "no chronicle runs: it only reads the trail",
    (
        "processor time: of the bare script's hosts it holds the end of every login, which pgbaton's"
        " workers keep; of pgbaton the look before, the conclusion and what waits besides are in it"
    ),
    (
        "processes: by the machine's own count, threads and who starts again what waits included; of warm"
        " pgbaton the next scripts are among them, which are started when the hosts have moved"
    ),
    (
        "a host's work: its dotenv file follows the leader, and the application's command copies it as the"
        " file's owner; no service is restarted"
    ),
)


def _rows(taken: Taken) -> Iterator[Row]:
    cold, warm = (_median(taken, What(side=side, hosts=100)) for side in (COLD, WARM))
    yield Row(
        name="fanout-100-cold",
        what="100 hosts, cold, one worker, over the bare script",
        ours=cold,
        beside=_median(taken, What(side=BARE_COLD, hosts=100)),
        limit=COLD_LIMIT,
    )
    yield Row(
        name="fanout-100-warm",
        what="100 hosts, one worker, warm over cold",
        ours=warm,
        beside=cold,
        limit=WARM_LIMIT,
    )
    playbook = _median(taken, What(side=ANSIBLE, hosts=50))
    yield Row(
        name="fanout-50-ansible",
        what="50 hosts, one worker as it runs all day: ansible-playbook over pgbaton",
        ours=_median(taken, What(side=WARM, hosts=50)),
        beside=playbook,
        limit=ANSIBLE_LIMIT,
        sense="at least",
        over="beside over ours",
    )
    yield Row(
        name="fanout-50-ansible-cold",
        what="50 hosts, one worker that was just started: ansible-playbook over pgbaton",
        ours=_median(taken, What(side=COLD, hosts=50)),
        beside=playbook,
        limit=1.0,
        sense="at least",
        over="beside over ours",
    )


def _median(taken: Taken, what: What) -> float:
    return Series(name="", values=taken[what]).median


def _groups(taken: Taken) -> Iterator[Group]:
    """One picture a size and number of workers."""
    for workers in sorted({what.workers for what in taken}):
        for size in sorted({what.hosts for what in taken if what.workers == workers}):
            its = [What(side=side, hosts=size, workers=workers) for side in NAMES]
            yield Group(
                title=f"{_many(size, 'host')}, {_many(workers, 'worker')}",
                series=tuple(
                    Series(name=NAMES[what.side], values=tuple(taken[what]))
                    for what in its
                    if what in taken
                ),
            )


def _spent(costs: Costs) -> Iterator[Group]:
    """Where the processors were, for the size that the rows are about."""
    for what in (What(side=side, hosts=100) for side in (COLD, BARE_COLD, WARM)):
        parts = (HOSTS,) if what.side == BARE_COLD else (HOSTS, WORKERS, STORES, OTHERS)
        yield Group(
            title=f"{NAMES[what.side]}: processor time for each of 100 hosts",
            series=tuple(
                Series(name=part, values=tuple(one[part] for one in costs[what]), unit="ms")
                for part in parts
            ),
        )


def _started(starts: Starts) -> Group:
    """Why: most of a host's time goes into starting programs."""
    its = (What(side=side, hosts=100) for side in (COLD, BARE_COLD, WARM, BARE_WARM))
    return Group(
        title="processes started for each of 100 hosts",
        series=tuple(
            Series(name=NAMES[what.side], values=tuple(starts[what]), unit="processes")
            for what in its
            if what in starts
        ),
    )


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
