"""Real Redis servers for tests: without them only our own idea of Redis would be tested."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from redis.exceptions import RedisError

from tests.contract import ports
from workers.redis import Redis, RedisSettings, connect

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction")
UP_WITHIN = 40.0


@dataclass(slots=True)
class RedisServer:
    """One redis-server on a unix socket and, with `port`, on 127.0.0.1."""

    program: Path
    folder: Path
    options: tuple[str, ...] = DURABLE
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def settings(self) -> RedisSettings:
        return RedisSettings(url=f"unix://{self.socket}")

    @property
    def socket(self) -> Path:
        return self.folder / "s"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def client(self) -> Redis:
        return connect(self.settings)

    def start(self) -> None:
        places = ("--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket))
        quiet = ("--dir", str(self.folder), "--save", "", "--daemonize", "no")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, *places, *quiet, *self.options], stdout=log, stderr=log
            )
        self._until_up()

    def stop(self) -> None:
        """Kill it, as a machine dies; what it acknowledged must be there after `start`."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(timeout=10)
        self._process = None

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _until_up(self) -> None:
        end = time.monotonic() + UP_WITHIN
        while True:
            try:
                self.client().ping()
            except (RedisError, OSError):
                assert time.monotonic() < end, (self.folder / "log").read_text()[-800:]
                time.sleep(0.02)
            else:
                return


def on_a_port(program: Path, folder: Path, *options: str) -> RedisServer:
    """A server that others can reach by TCP too; not started."""
    folder.mkdir(parents=True, exist_ok=True)
    return RedisServer(
        program=program, folder=folder, options=(*DURABLE, *options), port=ports.free()[0]
    )
