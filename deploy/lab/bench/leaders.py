"""Leaderships without PostgreSQL: what Patroni would keep in a real etcd, for as many clusters as one likes.

A member here is a seat: an address and a port at which the stand-in (`standin.py`) answers as
Patroni and takes connections as PostgreSQL. Without a monitoring role in the inventory REST alone
confirms it, so that an epoch is made by two writes to etcd and moves the product's whole road.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from zlib import crc32

from deploy.lab.machine import LabError, Machine
from deploy.lab.pgbaton import PYTHON
from deploy.lab.process import Process
from workers.etcd import Gateway
from workers.etcd.wire import text, transaction

Item = TypeVar("Item")

BATCH = 100
"""Keys in one transaction; etcd takes 128 (`--max-txn-ops`)."""
LEASE = 86_400
"""Seconds that the one lease of a bench lives: nobody keeps it alive, and no bench lasts so long."""
TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member that may lead, of the scope that Patroni would be given."""

    scope: str
    member: str
    address: str
    port: int = 8008

    @property
    def place(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def record(self) -> Mapping[str, Any]:
        """What its Patroni would keep below `members/`."""
        return {
            "conn_url": f"postgres://{self.place}/postgres",
            "api_url": f"http://{self.place}/patroni",
            "state": "running",
            "role": "replica",
            "version": "4.1.0",
            "xlog_location": 50331968,
            "timeline": 1,
        }


class Leaders:
    """The keys of many scopes in one etcd cluster. Every step is for as many as it is given."""

    def __init__(self, gateway: Gateway, *, namespace: str = "service") -> None:
        self._gateway, self._namespace = gateway, namespace
        self._lease: int | None = None

    def found(self, seats: Sequence[Seat]) -> None:
        """The clusters of these seats, with their members and nobody who leads."""
        scopes = dict.fromkeys(seat.scope for seat in seats)
        keys = {(scope, "initialize"): system_of(scope) for scope in scopes}
        keys |= {(scope, "config"): json.dumps({"ttl": 30, "loop_wait": 10}) for scope in scopes}
        members = {(s.scope, f"members/{s.member}"): json.dumps(s.record) for s in seats}
        self._put(keys, lease=0)
        self._put(members, lease=self._leased())

    def elect(self, seats: Sequence[Seat]) -> Mapping[str, int]:
        """Give each seat's scope this leader, as only a scope without one takes it; the epochs, by scope.

        Scopes of one call share transactions, and so an epoch, BATCH at a time. LabError where one
        of them has a leader.
        """
        return self._put(
            {(s.scope, "leader"): s.member for s in seats}, lease=self._leased(), absent=True
        )

    def lose(self, scopes: Sequence[str]) -> None:
        """Nobody leads these scopes any more."""
        for batch in _batches(scopes):
            keys = (text(self._key(scope, "leader")) for scope in batch)
            drop = [{"request_delete_range": {"key": key}} for key in keys]
            self._gateway.write(transaction(drop), timeout=TIMEOUT)

    def change(self, seats: Sequence[Seat]) -> Mapping[str, int]:
        """From one leader to another, or to the same one again: a new epoch either way."""
        self.lose([seat.scope for seat in seats])
        return self.elect(seats)

    def _put(
        self, values: Mapping[tuple[str, str], str], *, lease: int, absent: bool = False
    ) -> Mapping[str, int]:
        revisions: dict[str, int] = {}
        for batch in _batches(list(values)):
            request = self._request({key: values[key] for key in batch}, lease, absent=absent)
            answer = self._gateway.write(request, timeout=TIMEOUT)
            if not answer.succeeded:
                raise LabError(f"one of {', '.join(scope for scope, _ in batch)} has a leader")
            revisions |= {scope: answer.revision for scope, _ in batch}
        return revisions

    def _request(
        self, values: Mapping[tuple[str, str], str], lease: int, *, absent: bool
    ) -> Mapping[str, Any]:
        keys = {place: text(self._key(*place)) for place in values}
        puts = (
            {"key": keys[place], "value": text(value.encode()), "lease": str(lease)}
            for place, value in values.items()
        )
        none = {"target": "CREATE", "create_revision": "0", "result": "EQUAL"}
        compare = [{"key": key, **none} for key in keys.values()] if absent else []
        return transaction([{"request_put": put} for put in puts], compare=compare)

    def _key(self, scope: str, name: str) -> bytes:
        return f"/{self._namespace}/{scope}/{name}".encode()

    def _leased(self) -> int:
        if self._lease is None:
            self._lease = self._gateway.grant(seconds=LEASE, timeout=TIMEOUT)
        return self._lease


def system_of(scope: str) -> str:
    """A scope's system identifier: another one for each, always the same."""
    return str(7_500_000_000_000_000_000 + crc32(scope.encode()))


def start_standin(machine: Machine, seats: Sequence[Seat]) -> Process:
    """One process that answers for every seat; the machine has their addresses."""
    file = machine.folder / "seats.json"
    file.write_text(json.dumps({seat.place: answer_of(seat) for seat in seats}))
    return machine.start(
        "standin", [sys.executable, "-m", "deploy.lab.bench.standin", str(file)], env=PYTHON
    )


def answer_of(seat: Seat) -> Mapping[str, Any]:
    """What Patroni says of the seat. Each says that it leads: pgbaton asks whom etcd names, and
    nobody else."""
    return {
        "role": "primary",
        "state": "running",
        "timeline": 1,
        "database_system_identifier": system_of(seat.scope),
        "patroni": {"version": "4.1.0", "scope": seat.scope, "name": seat.member},
    }


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[i : i + BATCH] for i in range(0, len(items), BATCH))
