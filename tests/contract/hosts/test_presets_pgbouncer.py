"""The preset before Debian's own PgBouncer: clients stay, and the servers behind them change."""

import os
import pwd
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from jobs.inventory import Address
from jobs.remote import Outcome, SwapReply
from tests import parts
from tests.contract import ports
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.staged import FORMER, Staged, staged
from tests.contract.hosts.vault import Vault
from tests.contract.hosts.worlds import RealWorld
from tests.contract.probes.postgres_server import Postgres, folder
from tests.waiting import until
from workers.ssh import SshHands

INI = """[databases]
; the leader
shop-db = host={former} port={port} dbname=postgres user=trusting
other = host=10.9.9.9 port=5432

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
logfile = {folder}/log
"""


@dataclass(slots=True)
class AtPostgres(RealWorld):
    """A world whose leader is a real PostgreSQL, which the former leader's address reaches too."""

    port: int = 0

    @property
    def leader(self) -> Address:
        return Address(host="127.0.0.1", port=self.port)


class Guarded(AtPostgres, Vault):
    """The same, whose list follows from the inventory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A running PgBouncer."""

    world: AtPostgres
    file: Path
    port: int

    def client(self) -> psycopg.Connection[tuple[str]]:
        where = f"host=127.0.0.1 port={self.port} dbname=shop-db user=anybody"
        return psycopg.connect(where, autocommit=True, prepare_threshold=None, connect_timeout=20)

    def staged(self, databases: str = '["shop-db"]') -> Staged:
        lines = f'preset = "pgbouncer"\ndatabases = {databases}\nfile = "{self.file}"\n'
        lines += f'socket = "{self.file.parent}"\nconsole_port = {self.port}\ncheck_timeout = 10\n'
        return staged(self.world, lines)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with folder() as made:
        server = Postgres(find=parts.require, folder=made)
        server.options["listen_addresses"] = f"127.0.0.1,{FORMER}"
        server.create()
        server.start()
        try:
            server.do("create role trusting login")
            yield server
        finally:
            server.stop()


@pytest.fixture
def pool(machine: Machine, hands: SshHands, postgres: Postgres) -> Iterator[Pool]:
    world = AtPostgres(machine, hands, machine.host("deploy"), port=postgres.port)
    with world.listener, running(world) as pool:
        yield pool


@pytest.fixture
def guarded(vault: Vault, postgres: Postgres) -> Iterator[Pool]:
    world = Guarded(vault.machine, vault.hand, vault.host, port=postgres.port)
    with world.listener, running(world) as pool:
        yield pool


@contextmanager
def running(world: AtPostgres) -> Iterator[Pool]:
    owner, own = pwd.getpwnam("postgres"), ports.free()[0]
    place = world.machine.folder()
    os.chown(place, owner.pw_uid, owner.pw_gid)
    file = place / "pgbouncer.ini"
    file.write_text(INI.format(former=FORMER, port=world.port, own=own, folder=place))
    os.chown(file, owner.pw_uid, owner.pw_gid)
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    process = subprocess.Popen([*as_postgres, str(parts.require("pgbouncer")), "-q", str(file)])
    pool = Pool(world=world, file=file, port=own)
    try:
        until(lambda: listens(place / f".s.PGSQL.{own}"), "pgbouncer listens")
        yield pool
    finally:
        process.kill()
        process.wait(10)


def listens(path: Path) -> bool:
    """A socket's name is there a moment before anybody listens at it."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        return True
    return False


def server_of(client: psycopg.Connection[tuple[str]]) -> str:
    row = client.execute("select host(inet_server_addr())").fetchone()
    assert row is not None
    return row[0]


def moved(app: Staged) -> SwapReply:
    reply = app.move()
    assert isinstance(reply, SwapReply), reply
    assert reply.outcome == Outcome.CHANGED, app.log("after.log")
    return reply


def test_a_client_stays_and_its_server_becomes_the_leader(pool: Pool) -> None:
    """Between two transactions it notices nothing; comments and other databases keep their form."""
    before = pool.file.read_text()
    with pool.client() as client:
        assert server_of(client) == FORMER
        moved(pool.staged())
        assert server_of(client) == "127.0.0.1"
    assert pool.file.read_text() == before.replace(f"host={FORMER}", "host=127.0.0.1")


def test_a_derived_list_permits_all_of_it(guarded: Pool) -> None:
    """A key that may do nothing else brings the clients over all the same."""
    with guarded.client() as client:
        assert server_of(client) == FORMER
        moved(guarded.staged())
        assert server_of(client) == "127.0.0.1"


def test_whoever_does_not_let_go_of_the_former_leader_is_cut(pool: Pool) -> None:
    """A transaction there ends after 2 s, since its server is the wrong one; new clients are served."""
    with closing(pool.client()) as client:
        client.execute("begin")
        assert server_of(client) == FORMER
        reply = moved(pool.staged())
        assert dict(reply.seconds)["after"] > 2
        with pytest.raises(psycopg.OperationalError):
            server_of(client)
    with pool.client() as another:
        assert server_of(another) == "127.0.0.1"


def test_a_database_that_a_cut_run_left_killed_is_resumed(pool: Pool) -> None:
    """Clients that wait for it are served after the next swap."""
    console = ["psql", "-X", "-h", str(pool.file.parent), "-p", str(pool.port)]
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    kill = [*as_postgres, *console, "-U", "pgbouncer", "pgbouncer", "-c", 'KILL "shop-db"']
    subprocess.run(kill, check=True, capture_output=True, cwd="/")
    moved(pool.staged())
    with pool.client() as client:
        assert server_of(client) == "127.0.0.1"


def test_a_database_that_pgbouncer_does_not_have_is_named(pool: Pool) -> None:
    """The host is blocked before anything changed."""
    reply = pool.staged('["shop-db", "shopp"]').move()
    assert not isinstance(reply, SwapReply)
    assert "databases.shopp" in reply.where
    assert FORMER in pool.file.read_text()
