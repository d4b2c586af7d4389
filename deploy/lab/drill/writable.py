"""Which member takes writes, asked of PostgreSQL itself every 20 ms over a connection that is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.lab import layout

EVERY = 0.02
ASK = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"


@dataclass(slots=True, kw_only=True)
class WritableWatch:
    """`first` is when each member was first seen writable, by name, since the last `forget`."""

    password: str = field(repr=False)
    first: dict[str, float] = field(default_factory=dict)

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
                    self.first.setdefault(member, time.time())
                time.sleep(EVERY)

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
