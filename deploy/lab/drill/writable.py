"""Which member takes writes, asked of PostgreSQL itself every 20 ms over a connection that is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.lab import layout
from deploy.lab.drill.history import Writing

EVERY = 0.02
GAP = 0.5
"""Seconds without an answer after which a member's writing is thought to have ended."""
ASK = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"


@dataclass(slots=True, kw_only=True)
class WritableWatch:
    """`first` is when each member was first seen writable, by name, since the last `forget`; `writing`
    what each was seen to do since `start`, in the order in which it began."""

    password: str = field(repr=False)
    first: dict[str, float] = field(default_factory=dict)
    writing: list[Writing] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def start(self) -> None:
        for member, address in layout.MEMBERS.items():
            threading.Thread(target=self._ask_for_ever, args=(member, address), daemon=True).start()

    def forget(self) -> None:
        self.first = {}

    def _ask_for_ever(self, member: str, address: str) -> None:
        while True:
            try:
                self._ask(member, address)
            except psycopg.Error:
                time.sleep(EVERY)

    def _ask(self, member: str, address: str) -> None:
        with psycopg.connect(self._login(address), autocommit=True) as connection:
            while True:
                row = connection.execute(ASK).fetchone()
                if row is not None and row[0]:
                    self._takes_writes(member, time.time())
                time.sleep(EVERY)

    def _takes_writes(self, member: str, now: float) -> None:
        with self._lock:
            self.first.setdefault(member, now)
            self.writing = seen(self.writing, member, now)

    def _login(self, address: str) -> str:
        return make_conninfo(
            host=address,
            port=layout.POSTGRESQL_PORT,
            dbname="postgres",
            user="pgbaton",
            password=self.password,
            connect_timeout=2,
            # A lost machine must not hold this thread: silence ends the connection after 2 s.
            tcp_user_timeout=2000,
            keepalives_idle=1,
            keepalives_interval=1,
        )


def seen(known: list[Writing], member: str, now: float) -> list[Writing]:
    """What is known once a member was seen to take writes again: its last time goes on, or another begins."""
    mine = [at for at, one in enumerate(known) if one.member == member]
    if not mine or now - known[mine[-1]].until > GAP:
        return [*known, Writing(member=member, since=now, until=now)]
    known[mine[-1]] = replace(known[mine[-1]], until=now)
    return known
