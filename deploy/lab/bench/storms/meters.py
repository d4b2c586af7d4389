"""What a storm costs whom: processor seconds by process, Redis' commands, etcd's requests."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.lab import layout
from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.ground import Ground
from deploy.lab.process import Process, cpu_seconds, descendants

HANDLED = re.compile(r'^grpc_server_handled_total\{.*grpc_method="(\w+)".*\} (\S+)$', re.MULTILINE)
STREAMS = re.compile(r"^etcd_debugging_mvcc_watch_stream_total (\S+)$", re.MULTILINE)
ABROAD: Mapping[str, tuple[str, ...]] = {
    "etcd": tuple(layout.ETCD),
    "Redis": ("redis",),
    "hosts": (crowd.HOST,),
    "stand-in": ("standin",),
}
"""What runs beside pgbaton's own processes, by its machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Counted since each thing's start: processor seconds by what spent them, of the workers also each
    one's own, calls of Redis' commands and the microseconds in them, etcd's requests by method."""

    seconds: Mapping[str, float]
    workers: Sequence[float]
    redis: Mapping[str, tuple[int, int]]
    etcd: Mapping[str, int]

    def __sub__(self, before: Reading) -> Reading:
        return Reading(
            seconds={name: s - before.seconds.get(name, 0.0) for name, s in self.seconds.items()},
            workers=[now - was for now, was in zip(self.workers, before.workers, strict=True)],
            redis={
                name: (calls - was[0], micros - was[1])
                for name, (calls, micros) in self.redis.items()
                if (was := before.redis.get(name, (0, 0)))[0] != calls
            },
            etcd={
                name: more
                for name, count in self.etcd.items()
                if (more := count - before.etcd.get(name, 0))
            },
        )

    @property
    def ours(self) -> float:
        """Processor seconds of pgbaton, Redis and etcd: what a control machine has to bear."""
        return sum(s for name, s in self.seconds.items() if name not in {"hosts", "stand-in"})


def read(ground: Ground) -> Reading:
    """Everything now."""
    stats = ground.client.info("commandstats")
    return Reading(
        seconds=dict(_seconds(ground)),
        workers=[_of(process) for process in ground.ours["worker"]],
        redis={
            name.removeprefix("cmdstat_"): (int(one["calls"]), int(one["usec"]))
            for name, one in stats.items()
        },
        etcd=_requests(),
    )


def _seconds(ground: Ground) -> Iterator[tuple[str, float]]:
    abroad = {
        name: [
            process for machine in machines for process in ground.lab.machines[machine].processes
        ]
        for name, machines in ABROAD.items()
    }
    for name, processes in (*ground.ours.items(), *abroad.items()):
        yield name, sum(map(_of, processes))


def _of(process: Process) -> float:
    """Of a process, everything below it, and what below it has ended already."""
    pid = process.pid
    return 0.0 if pid is None else sum(map(cpu_seconds, (pid, *descendants(pid))))


def _requests() -> Mapping[str, int]:
    """What the members were asked, by method; a watch counts when it ends."""
    found: dict[str, int] = {}
    for text in _metrics():
        for method, count in HANDLED.findall(text):
            found[method] = found.get(method, 0) + round(float(count))
    return found


def watch_streams() -> int:
    """Streams that somebody watches by, over all members."""
    return sum(round(float(count)) for text in _metrics() for count in STREAMS.findall(text))


def _metrics() -> Iterator[str]:
    for address in layout.ETCD.values():
        with urllib.request.urlopen(f"http://{address}:2379/metrics", timeout=5) as answer:
            yield answer.read().decode()
