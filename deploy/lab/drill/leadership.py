"""Who led when, seen by an etcd watch of the drill's own: pgbaton's word is not taken for it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from typing import Any

from deploy.lab import layout
from deploy.lab.drill.history import Leadership

AGAIN = 0.05
"""Seconds until an etcd that did not answer is tried again."""

KEY = f"/service/{layout.SCOPE}/leader"


def key_of(scope: str) -> str:
    """The leader key of another cluster."""
    return f"/service/{scope}/leader"


@dataclass(slots=True, kw_only=True)
class LeaderWatch:
    """Follows the leader key from its first revision on, through every member of etcd at once: one that
    is dead, hung or cut off costs nothing. `changed` is told of every step."""

    connections: Sequence[Callable[[], HTTPConnection]]
    changed: Callable[[Leadership], None]
    key: str = KEY
    addresses: Mapping[str, str] = field(default_factory=lambda: layout.MEMBERS)
    leaderships: list[Leadership] = field(default_factory=list)
    revision: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def start(self) -> None:
        for connection in self.connections:
            threading.Thread(target=self._follow, args=(connection,), daemon=True).start()

    def restart(self) -> None:
        """etcd is being restored from a snapshot: whoever led is over, and lower revisions count again.
        Call it while nobody answers: a watch that went on would bring the old ones back."""
        with self._lock:
            self.revision = 0
            if self.leader is not None:
                self.leaderships[-1] = replace(self.leaderships[-1], until=time.time())

    @property
    def leader(self) -> Leadership | None:
        """Who leads now; None while the key is gone."""
        last = self.leaderships[-1] if self.leaderships else None
        return last if last is not None and last.until is None else None

    def after(self, epoch: int) -> Leadership | None:
        """The first leadership newer than an epoch."""
        return next((one for one in self.leaderships if one.epoch > epoch), None)

    def _follow(self, connection: Callable[[], HTTPConnection]) -> None:
        while True:
            with suppress(OSError, HTTPException, ValueError, KeyError):
                for event in watched(connection, self.key, after=lambda: self.revision):
                    self.take(event, at=time.time())
            time.sleep(AGAIN)

    def take(self, event: Mapping[str, Any], *, at: float) -> None:
        """What etcd said; what another member of it said already is not taken twice."""
        with self._lock:
            revision = int(event["kv"]["mod_revision"])
            if revision <= self.revision:
                return
            self.revision, known = revision, self.leaderships
            self.leaderships = list(step(known, event, at=at, addresses=self.addresses))
            if self.leaderships != known:
                self.changed(self.leaderships[-1])


def step(
    known: list[Leadership],
    event: Mapping[str, Any],
    *,
    at: float,
    addresses: Mapping[str, str] = layout.MEMBERS,
) -> list[Leadership]:
    """The leaderships after one etcd event (PUT events have no type, create_revision is a string)."""
    if event.get("type") == "DELETE":
        return [*known[:-1], replace(known[-1], until=at)] if known else []
    kv = event["kv"]
    member, epoch = base64.b64decode(kv["value"]).decode(), int(kv["create_revision"])
    if known and known[-1].epoch == epoch:
        return known
    address = addresses[member]
    return [*known, Leadership(member=member, address=address, epoch=epoch, since=at)]


def watched(
    connection: Callable[[], HTTPConnection], key: str, *, after: Callable[[], int] = lambda: 0
) -> Iterator[Mapping[str, Any]]:
    """Events of one key since a revision, for as long as the connection lives. `after` is asked once etcd
    takes the connection: by then its revisions may have gone back."""
    connected = _connected(connection)
    encoded = base64.b64encode(key.encode()).decode()
    body = json.dumps({"create_request": {"key": encoded, "start_revision": str(after() + 1)}})
    connected.request("POST", "/v3/watch", body)
    answer = connected.getresponse()
    while line := answer.readline():
        yield from json.loads(line)["result"].get("events", [])


def _connected(connection: Callable[[], HTTPConnection]) -> HTTPConnection:
    """A connection as soon as etcd takes one: the watch begins before etcd does."""
    while True:
        made = connection()
        try:
            made.connect()
        except OSError:
            time.sleep(AGAIN)
        else:
            return made
