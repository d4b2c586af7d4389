"""Programs started with rendered files, and asked as their clients would; ended when the test is."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import parts
from tests.contract.render.laying import Laid
from workers.tls import Tls


def end_of(log: Path) -> Callable[[], str]:
    """The reason for waiting in vain: a log's last words, when they are asked for."""
    return lambda: log.read_text()[-1500:]


@contextmanager
def running(
    *command: str | Path,
    log: Path,
    environ: Mapping[str, str],
    ending: signal.Signals = signal.SIGTERM,
) -> Iterator[int]:
    """One process and its id; told to end, and killed where it does not."""
    program = parts.require(str(command[0]))
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(program), *map(str, command[1:])], stdout=out, stderr=out, env=environ, cwd="/"
        )
    try:
        yield process.pid
    finally:
        process.send_signal(ending)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@contextmanager
def asking(answered: Callable[[], bool]) -> Iterator[list[float]]:
    """Ask without a pause meanwhile; the seconds from each answer to the next."""
    pauses: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        last = time.monotonic()
        while not ended.is_set():
            if answered():
                pauses.append(time.monotonic() - last)
                last = time.monotonic()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield pauses
    finally:
        ended.set()
        thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """pgbaton's own processes, as far as TLS goes: with the files of the machine that they run on."""

    tls: Path

    @classmethod
    def on(cls, control: Laid) -> Client:
        return cls(tls=control.at("/etc/pgbaton/tls"))

    def ask(
        self, url: str, *, body: str | None = None, known: bool = True, pair: Path | None = None
    ) -> str:
        """What a server says, or why it says nothing; `known`: with our certificate, or that of `pair`, a path
        without its ending."""
        own = [
            "--cert",
            f"{pair or self.tls / 'client'}.pem",
            "--key",
            f"{pair or self.tls / 'client'}.key",
        ]
        sent = [] if body is None else ["-d", body]
        done = subprocess.run(
            [
                *("curl", "-sS", "--noproxy", "*", "--max-time", "20"),
                *("--cacert", f"{self.tls}/ca.pem", *(own if known else []), *sent, url),
            ],
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout or done.stderr

    def shown(self, address: str, port: int) -> int:
        """The serial number of the certificate that a server shows; 0 while nobody listens."""
        tls = Tls(ca=self.tls / "ca.pem", cert=self.tls / "client.pem", key=self.tls / "client.key")
        try:
            with tls.context().wrap_socket(socket.socket(), server_hostname=address) as secure:
                secure.settimeout(20)  # wrapped before it connects, it is closed whatever happens
                secure.connect((address, port))
                return int(str((secure.getpeercert() or {})["serialNumber"]), 16)
        except OSError:
            return 0

    def json(self, url: str) -> Mapping[str, Any]:
        """An answer's document; empty where there is none."""
        try:
            said: Mapping[str, Any] = json.loads(self.ask(url))
        except ValueError:
            return {}
        return said
