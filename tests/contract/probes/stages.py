"""The same PostgreSQL twice, in memory and real: one suite proves that the fake and the probe agree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from jobs.claims import MemberRecord, SqlAnswer, SqlClaim, Unknown
from tests.contract import ports
from tests.contract.probes.awake import awake
from tests.contract.probes.postgres_server import Find, Postgres, folder
from tests.fakes.clock import FakeClock
from tests.fakes.sql import FakeServer, FakeSql
from tests.waiting import until
from workers.postgres import Login, PostgresProbe

TRUSTING = Login(user="trusting")
REFUSED = {
    "28P01": Login(user="monitor", password="wrong"),
    "28000": Login(user="rejected"),
    "3D000": Login(user="trusting", dbname="nowhere"),
    "53300": Login(user="crowded", password="x"),
}


class Copy(Protocol):
    """A server copied from the primary, that lets nobody in yet."""

    def ask(self) -> SqlClaim: ...
    def follow(self) -> None:
        """Let clients in, as a standby."""

    def promote(self) -> None: ...


class Stage(Protocol):
    """A primary on timeline 1, and what may become of it."""

    @property
    def system(self) -> str: ...
    def ask(self, *, timeout: float = 20) -> SqlClaim: ...
    def ask_nobody(self, *, timeout: float) -> SqlClaim:
        """Ask at an address where no server listens."""

    def now(self) -> float:
        """Seconds, on the clock that the probe waits by."""

    def awake(self) -> AbstractContextManager[Callable[[], float]]:
        """Tells how many seconds passed, without those in which everything stood still."""

    def read_only(self) -> AbstractContextManager[None]: ...
    def unprivileged(self) -> AbstractContextManager[None]:
        """Nobody but the superuser may call pg_control_system."""

    def refusing(self, sqlstate: str) -> AbstractContextManager[None]: ...
    def silent(self) -> AbstractContextManager[None]:
        """The kernel accepts connections, nobody answers them."""

    def copy(self) -> AbstractContextManager[Copy]: ...


def _record(url: str) -> MemberRecord:
    return MemberRecord(name="pg0", conn_url=url, api_url="http://127.0.0.1:8008/patroni")


@dataclass(slots=True)
class FakeCopy:
    server: FakeServer

    def ask(self) -> SqlClaim:
        return FakeSql(servers={"copy": self.server}).ask(_record("copy"), timeout=20)

    def follow(self) -> None:
        self.server.starting = False

    def promote(self) -> None:
        self.server.promote()


@dataclass(slots=True)
class FakeStage:
    system: str = "7300000000000000001"
    clock: FakeClock = field(default_factory=FakeClock)
    server: FakeServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = FakeServer(system=self.system)

    def ask(self, *, timeout: float = 20) -> SqlClaim:
        sql = FakeSql(servers={"primary": self.server}, clock=self.clock)
        return sql.ask(_record("primary"), timeout=timeout)

    def ask_nobody(self, *, timeout: float) -> SqlClaim:
        return FakeSql(clock=self.clock).ask(_record("nobody"), timeout=timeout)

    def now(self) -> float:
        return self.clock.monotonic()

    @contextmanager
    def awake(self) -> Iterator[Callable[[], float]]:
        begun = self.now()
        yield lambda: self.now() - begun

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self.server.read_only = True
        yield
        self.server.read_only = False

    @contextmanager
    def unprivileged(self) -> Iterator[None]:
        self.server.privileged = False
        yield
        self.server.privileged = True

    @contextmanager
    def refusing(self, sqlstate: str) -> Iterator[None]:
        self.server.refuses = sqlstate
        yield
        self.server.refuses = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        self.server.silent = True
        yield
        self.server.silent = False

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        yield FakeCopy(FakeServer(system=self.system, in_recovery=True, starting=True))


@dataclass(slots=True)
class RealCopy:
    server: Postgres

    def ask(self) -> SqlClaim:
        return PostgresProbe(TRUSTING).ask(_record(self.server.url), timeout=20)

    def follow(self) -> None:
        self.server.stop()
        del self.server.options["hot_standby"]
        self.server.start()

    def promote(self) -> None:
        self.server.do("select pg_promote(true, 50)")


@dataclass(slots=True)
class RealStage:
    """The primary that all tests of a session share: whatever is done to it is undone."""

    primary: Postgres
    find: Find
    login: Login = TRUSTING

    @property
    def system(self) -> str:
        told = self.primary.run("pg_controldata", str(self.primary.folder / "data"))
        line = next(line for line in told.splitlines() if "system identifier" in line)
        return line.split()[-1]

    def ask(self, *, timeout: float = 20) -> SqlClaim:
        return PostgresProbe(self.login).ask(_record(self.primary.url), timeout=timeout)

    def ask_nobody(self, *, timeout: float) -> SqlClaim:
        url = f"postgres://127.0.0.1:{ports.free()[0]}/postgres"
        return PostgresProbe(TRUSTING).ask(_record(url), timeout=timeout)

    def now(self) -> float:
        return time.monotonic()

    def awake(self) -> AbstractContextManager[Callable[[], float]]:
        return awake()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self._reload("alter system set default_transaction_read_only = on", read_only=True)
        try:
            yield
        finally:
            self.primary.do("set default_transaction_read_only = off", "alter system reset all")
            self._reload(read_only=False)

    @contextmanager
    def unprivileged(self) -> Iterator[None]:
        self.primary.do("revoke execute on function pg_control_system() from public")
        try:
            yield
        finally:
            self.primary.do("grant execute on function pg_control_system() to public")

    @contextmanager
    def refusing(self, sqlstate: str) -> Iterator[None]:
        self.login = REFUSED[sqlstate]
        yield
        self.login = TRUSTING

    @contextmanager
    def silent(self) -> Iterator[None]:
        self.primary.freeze()
        try:
            yield
        finally:
            self.primary.thaw()

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        with folder() as place:
            server = Postgres(find=self.find, folder=place, options={"hot_standby": "off"})
            server.copy_of(self.primary)
            server.start(ready=False)
            copy = RealCopy(server)
            try:
                until(lambda: not isinstance(copy.ask(), Unknown))
                yield copy
            finally:
                server.stop()

    def _reload(self, *statements: str, read_only: bool) -> None:
        """A reload reaches the postmaster a moment later."""
        self.primary.do(*statements, "select pg_reload_conf()")
        until(lambda: _says(self.ask(), read_only=read_only))


def _says(claim: SqlClaim, *, read_only: bool) -> bool:
    return isinstance(claim, SqlAnswer) and claim.read_only is read_only
