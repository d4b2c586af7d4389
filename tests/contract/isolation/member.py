"""A database machine: a real sshd of PostgreSQL's owner, whose one key runs one command, beside a real PostgreSQL."""

import json
import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.isolate import authorized_key, isolate_script
from jobs.fence import Fence
from jobs.inventory import Host
from tests import parts
from tests.contract import ports
from tests.contract.probes.postgres_server import Postgres
from tests.waiting import until

CLUSTER = "shop"
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")


@dataclass(slots=True, kw_only=True)
class Member:
    """The machine; `rest` is where its Patroni would answer."""

    postgres: Postgres
    root: Path
    port: int
    rest: str
    host_key: str = ""

    @property
    def host(self) -> Host:
        return Host(
            address="127.0.0.1",
            port=self.port,
            user="postgres",
            host_keys=(self.host_key,),
            become="none",
        )

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def key_file(self) -> Path:
        return self.root / "client"

    def system(self) -> str:
        """Its database's system identifier."""
        return self._control("Database system identifier")

    def fence(self, *, above: int = 1, epoch: int = 10) -> Fence:
        """The fence of a leader whose PostgreSQL timeline is so much higher."""
        own = int(self._control("Latest checkpoint's TimeLineID"))
        return Fence(system=self.system(), pg_timeline=own + above, epoch=epoch)

    def configure(self, **changes: str) -> None:
        told = {
            "cluster": CLUSTER,
            "data": str(self.postgres.folder / "data"),
            "bin": str(Path(self.postgres.find("pg_controldata")).resolve().parent),
            "state": str(self.state),
            "rest": self.rest,
        }
        lines = (f"{name}={value}\n" for name, value in (told | changes).items())
        (self.root / "isolate.conf").write_text("".join(lines))

    def runs(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.postgres.port), 1):
            return True
        return False

    def ask(self, words: str, *options: str, text: bytes = b"") -> dict[str, str]:
        """What somebody with the key gets for these words."""
        said = self.run(words, *options, text=text)
        assert said.count(b"\n") == 1, said
        answer: dict[str, str] = json.loads(said)
        return answer

    def run(self, words: str, *options: str, text: bytes = b"") -> bytes:
        """The same, whatever it prints, by OpenSSH's own client."""
        ssh = ["ssh", "-F", "none", "-i", str(self.key_file), "-p", str(self.port)]
        trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        command = [
            *ssh,
            *trust,
            *options,
            "-o",
            "LogLevel=ERROR",
            "--",
            "postgres@127.0.0.1",
            words,
        ]
        done = subprocess.run(command, input=text, capture_output=True, timeout=40, check=False)
        return done.stdout

    def _control(self, name: str) -> str:
        said = self.postgres.run("pg_controldata", "-D", str(self.postgres.folder / "data"))
        return next(line for line in said.splitlines() if line.startswith(name)).split()[-1]


@contextmanager
def member(postgres: Postgres) -> Iterator[Member]:
    """The sshd beside a PostgreSQL; ended afterwards, the PostgreSQL is the caller's."""
    parts.require_root()
    sshd = parts.require("sshd")
    root = postgres.folder / "machine"
    made = Member(
        postgres=postgres,
        root=root,
        port=ports.free()[0],
        rest=f"http://127.0.0.1:{ports.free()[0]}/leader",
    )
    _lay_down(made)
    command = [*AS_POSTGRES, str(sshd), "-D", "-e", "-f", str(root / "sshd_config")]
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until(lambda: _greets(made.port), "sshd answers")
        yield made
    finally:
        process.kill()
        process.wait(10)


def _lay_down(member: Member) -> None:
    root = member.root
    subprocess.run([*AS_POSTGRES, "mkdir", "-p", str(member.state)], check=True, timeout=10)
    for name in ("host", "client"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / name)]
        subprocess.run(make, check=True, timeout=30)
    _give(root / "host")
    member.host_key = " ".join((root / "host.pub").read_text().split()[:2])
    script = root / "pgbaton-isolate"
    script.write_text(isolate_script())
    script.chmod(0o755)
    member.configure()
    public = (root / "client.pub").read_text()
    line = authorized_key(
        public, script=shlex.quote(str(script)), config=str(root / "isolate.conf")
    )
    (root / "authorized_keys").write_text(line)
    config = (
        f"Port {member.port}\nListenAddress 127.0.0.1\nHostKey {root}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {root}/authorized_keys\nStrictModes no\nPasswordAuthentication no\n"
        "AcceptEnv *\n"
    )
    (root / "sshd_config").write_text(config)


def _give(path: Path) -> None:
    subprocess.run(["chown", "postgres", str(path)], check=True, timeout=10)


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
        return sock.recv(4) == b"SSH-"
    return False
