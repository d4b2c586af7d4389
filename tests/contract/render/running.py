"""Programs started with rendered files, and asked as their clients would; ended when the test is."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import parts
from tests.contract.render.laying import Laid


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
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def until(true: Callable[[], bool], *, seconds: float, log: Path) -> None:
    """Wait until it is so; else the log's end is the reason."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, log.read_text()[-1500:]
        time.sleep(0.1)


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
                *("curl", "-sS", "--noproxy", "*", "--max-time", "3"),
                *("--cacert", f"{self.tls}/ca.pem", *(own if known else []), *sent, url),
            ],
            capture_output=True,
            text=True,
            timeout=10,
        )
        return done.stdout or done.stderr

    def json(self, url: str) -> Mapping[str, Any]:
        """An answer's document; empty where there is none."""
        try:
            said: Mapping[str, Any] = json.loads(self.ask(url))
        except ValueError:
            return {}
        return said
