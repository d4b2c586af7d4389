"""PostgreSQL in memory: without it, a test of what a probe brings home would need a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.claims import MemberRecord, SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from tests.fakes.clock import FakeClock

_REFUSALS = {
    "28P01": "password authentication failed",
    "28000": "no entry of pg_hba.conf lets this role in",
    "3D000": "the database does not exist",
    "53300": "too many connections for this role",
}


@dataclass(slots=True, kw_only=True)
class FakeServer:
    """One server, and the state that a failover or an administrator has brought it to.

    `refuses` is the SQLSTATE with which it turns the probe away; `privileged` says whether the
    probe's role may call pg_control_system.
    """

    system: str
    pg_timeline: int = 1
    in_recovery: bool = False
    read_only: bool = False
    privileged: bool = True
    starting: bool = False
    silent: bool = False
    refuses: str | None = None

    def promote(self) -> None:
        self.in_recovery = False
        self.pg_timeline += 1

    def claim(self) -> SqlClaim:
        """What it says to whoever reaches it."""
        if self.starting:
            return SqlStarting(reason="the database system is starting up")
        if self.refuses is not None:
            return SqlRefused(sqlstate=self.refuses, reason=_REFUSALS[self.refuses])
        return SqlAnswer(
            in_recovery=self.in_recovery,
            read_only=self.in_recovery or self.read_only,
            system_identifier=self.system if self.privileged else None,
            pg_timeline=None if self.in_recovery else self.pg_timeline,
        )


@dataclass(slots=True, kw_only=True)
class FakeSql:
    """A jobs.ports.Sql over `servers`, by the `conn_url` of the member's record. Where none stands,
    the connection is refused; one that is silent costs the whole timeout, on `clock`."""

    servers: dict[str, FakeServer] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)

    def ask(self, record: MemberRecord, *, timeout: float) -> SqlClaim:
        server = self.servers.get(record.conn_url)
        if server is None:
            return Unknown(reason=f"PostgreSQL at {record.conn_url}: connection refused")
        if server.silent:
            self.clock.pass_by(timeout)
            reason = "no answer in time"
            return Unknown(reason=f"PostgreSQL at {record.conn_url}: {reason}")
        return server.claim()
