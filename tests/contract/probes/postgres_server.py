"""A real PostgreSQL as user postgres: without it, the probe would be tried on our idea of one."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.contract import ports
from tests.contract.certificates import Pair

HBA = """
host    replication postgres  127.0.0.1/32 trust
host    all         postgres  127.0.0.1/32 trust
host    all         trusting  all          trust
host    all         rejected  all          reject
hostssl all         certified all          cert
host    all         all       all          scram-sha-256
"""

Find = Callable[[str], Path]


@dataclass(slots=True, kw_only=True)
class Postgres:
    """One server; `options` are settings as on postgres' own command line."""

    find: Find
    folder: Path
    port: int = field(default_factory=lambda: ports.free()[0])
    options: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"postgres://127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self.run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-N", "-U", "postgres")
        (self.folder / "data/pg_hba.conf").write_text(HBA)

    def secure(self, pair: Pair, *, ca: Path) -> None:
        """Serve TLS from the next start on, with copies of its own that others may not read."""
        for name, source in (("cert", pair.cert), ("key", pair.key), ("ca", ca)):
            copy = self.folder / f"{name}.pem"
            copy.touch(mode=0o600)
            copy.write_bytes(source.read_bytes())
            owner = self.folder.stat()
            os.chown(copy, owner.st_uid, owner.st_gid)
        files = {"ssl_cert_file": "cert", "ssl_key_file": "key", "ssl_ca_file": "ca"}
        self.options |= {name: str(self.folder / f"{file}.pem") for name, file in files.items()}
        self.options["ssl"] = "on"

    def copy_of(self, primary: "Postgres") -> None:
        """Become a standby of a running server."""
        source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres", "-c", "fast"]
        self.run("pg_basebackup", "-D", str(self.folder / "data"), "-R", "-N", *source)

    def start(self, *, ready: bool = True) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        settings |= {"max_connections": "20", "max_wal_senders": "10"} | self.options
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.find("postgres")), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_as_postgres(), *command, "-p", str(self.port), *flags],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        if ready:
            self.wait()

    def wait(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                return self.do("select 1")
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            self.process.wait(40)
            self.process = None

    def freeze(self) -> None:
        """The postmaster hangs; the kernel goes on accepting connections for it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def do(self, *statements: str) -> None:
        """Run SQL as the superuser."""
        dsn = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def told(self, question: str) -> object:
        """The first word of the answer to what the superuser asks."""
        dsn = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(dsn, autocommit=True) as connection:
            row = connection.execute(question.encode()).fetchone()
        return row and row[0]

    def run(self, program: str, *arguments: str) -> str:
        command = [*_as_postgres(), str(self.find(program)), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def folder() -> Iterator[Path]:
    """A place that belongs to the user postgres, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="pgbaton-postgres-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(made, owner.pw_uid, owner.pw_gid)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
