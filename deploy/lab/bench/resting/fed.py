"""What Patroni itself writes while nothing happens: without it, etcd would be quieter than it ever is.

A leader's Patroni rewrites `status` in each round, and every member's its own record, for the position in the
WAL moves. The feeder writes both for all clusters, spread over a round (loop_wait, 10 s), many in one
transaction; what it leaves out is the keeping alive of leases, of which etcd tells no watch.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.lab.bench.leaders import BATCH, LEASE, TIMEOUT, Seat
from deploy.lab.bench.resting.world import leader_of, replica_of
from workers.etcd import Gateway
from workers.etcd.wire import text, transaction

ROUND = 10.0
"""Patroni's loop_wait."""
SLICES = 20
"""Parts of a round: a twentieth of the clusters is written for every half a second."""
KEYS = 3
"""Keys of a cluster that are written in a round: `status`, and the records of two members."""


@dataclass(slots=True)
class Feeder:
    """Writes from `begin` to `end`; `requests` is how many etcd was asked, to be taken off its count."""

    gateway: Gateway
    clusters: Sequence[str]
    requests: int = 0
    _lease: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        self._lease = self.gateway.grant(seconds=LEASE, timeout=TIMEOUT)
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT)

    def _feed(self) -> None:
        began, number = time.monotonic(), 0
        while not self._over.wait(max(0.0, began + number * ROUND / SLICES - time.monotonic())):
            for batch in batches(self.clusters[number % SLICES :: SLICES]):
                self._write(batch, number)
            number += 1

    def _write(self, batch: Sequence[str], number: int) -> None:
        puts = [put for cluster in batch for put in self._puts(cluster, number)]
        self.requests += 1
        self.gateway.write(transaction(puts), timeout=TIMEOUT)

    def _puts(self, cluster: str, number: int) -> Iterator[Mapping[str, object]]:
        leader, position = leader_of(cluster), 50_331_968 + number
        status = {"optime": position, "slots": {}, "retain_slots": [leader.member]}
        yield _put(leader, "status", status, lease=0)
        for seat, role in ((leader, "primary"), (replica_of(cluster), "replica")):
            record = {**seat.record, "role": role, "xlog_location": position}
            yield _put(seat, f"members/{seat.member}", record, lease=self._lease)


def batches(clusters: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many clusters as one transaction takes."""
    most = BATCH // KEYS
    return (clusters[i : i + most] for i in range(0, len(clusters), most))


def _put(seat: Seat, name: str, value: Mapping[str, object], *, lease: int) -> Mapping[str, object]:
    key = f"/service/{seat.scope}/{name}".encode()
    put = {"key": text(key), "value": text(json.dumps(value).encode()), "lease": str(lease)}
    return {"request_put": put}
