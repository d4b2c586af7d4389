"""Real etcd members that a test may stop, freeze and restart: without them, only happy days get tested."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import requests

from tests.contract import ports
from tests.contract.certificates import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """How a member serves TLS; `ca` checks the clients' certificates."""

    pair: Pair
    ca: Path


@dataclass(slots=True, kw_only=True)
class Member:
    """One etcd process."""

    program: Path
    folder: Path
    name: str
    client: str
    peer: str
    members: str
    secured: Secured | None = None
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=log)

    def stop(self) -> None:
        """End it at once, as a lost machine does; a frozen one too."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def freeze(self) -> None:
        """The kernel goes on answering for it, itself it says nothing any more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        """Lose all data, as a restore from an old snapshot loses some."""
        shutil.rmtree(self.folder / self.name)

    def serving(self) -> bool:
        tls = {"verify": str(self.secured.ca), "cert": self._own_pair()} if self.secured else {}
        try:
            answer = requests.get(f"{self.client}/health", timeout=5, **tls)  # type: ignore[arg-type]
        except requests.RequestException:
            return False
        return bool(answer.json().get("health") == "true")

    def _own_pair(self) -> tuple[str, str]:
        assert self.secured is not None
        return str(self.secured.pair.cert), str(self.secured.pair.key)

    def _command(self) -> list[str]:
        command = [
            str(self.program),
            "--name",
            self.name,
            "--data-dir",
            str(self.folder / self.name),
        ]
        command += ["--listen-client-urls", self.client, "--advertise-client-urls", self.client]
        command += ["--listen-peer-urls", self.peer, "--initial-advertise-peer-urls", self.peer]
        command += ["--initial-cluster", self.members, "--log-level", "error"]
        command += ["--heartbeat-interval", "50", "--election-timeout", "500"]
        if self.secured:
            cert, key = self._own_pair()
            command += ["--cert-file", cert, "--key-file", key, "--client-cert-auth"]
            command += ["--trusted-ca-file", str(self.secured.ca)]
        return [*command, *self.options]


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Some members, started and ended together."""

    members: list[Member]

    @property
    def endpoints(self) -> list[str]:
        return [member.client for member in self.members]

    def __enter__(self) -> Self:
        for member in self.members:
            member.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            member.stop()

    def wait(self, seconds: float = 40) -> None:
        """Until every member says that it is healthy."""
        end = time.monotonic() + seconds
        while not all(member.serving() for member in self.members):
            if time.monotonic() > end:
                raise TimeoutError(f"etcd did not come up; see {self.members[0].folder}/*.log")
            time.sleep(0.05)


def cluster(
    program: Path,
    folder: Path,
    *,
    size: int = 1,
    secured: Secured | None = None,
    options: tuple[str, ...] = (),
) -> Cluster:
    """A cluster of `size` members on free ports, not started yet."""
    scheme = "https" if secured else "http"
    names = [f"e{i}" for i in range(size)]
    free = ports.free(2 * size)
    peers = [f"http://127.0.0.1:{port}" for port in free[:size]]
    together = ",".join(f"{name}={peer}" for name, peer in zip(names, peers, strict=True))
    return Cluster(
        members=[
            Member(
                program=program,
                folder=folder,
                name=name,
                client=f"{scheme}://127.0.0.1:{port}",
                peer=peer,
                members=together,
                secured=secured,
                options=options,
            )
            for name, peer, port in zip(names, peers, free[size:], strict=True)
        ]
    )


def first_user(word: str) -> tuple[tuple[str, dict[str, str]], ...]:
    """What makes root with this password, and switches authentication on: path below /v3/auth/, body."""
    return (
        ("user/add", {"name": "root", "password": word}),
        ("role/add", {"name": "root"}),
        ("user/grant", {"user": "root", "role": "root"}),
        ("enable", {}),
    )
