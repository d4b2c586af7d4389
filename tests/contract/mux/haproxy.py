"""A real HAProxy with the rendered file: without it, the mux would be tried on our idea of one."""

import grp
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from deploy.render import MuxGround, mux_cfg
from jobs.inventory import Inventory, load_inventory
from tests.contract import ports
from tests.contract.webhook.stage import catches
from tests.waiting import until

SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"
INVENTORY = """
redis.url = "redis://127.0.0.1:6379"
etcd.main.endpoints = ["http://127.0.0.1:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
machines = {{ pg1 = "{machine}", pg2 = "127.0.0.2" }}
postgresql_port = {postgresql}
rest_port = {rest}
mux = {{ port = {port}, check_interval = {every}, fall = {fall}, rise = 1 }}
"""


@dataclass(slots=True, kw_only=True)
class Mux:
    """One HAProxy before a PostgreSQL and a Patroni of 127.0.0.1; `ground` may be changed before it starts."""

    program: Path
    folder: Path
    postgresql: int
    rest: int
    machine: str = "127.0.0.1"
    every: float = 0.2
    fall: int = 2
    port: int = field(default_factory=lambda: ports.free()[0])
    ground: MuxGround = field(init=False)
    greeted: list[int] = field(default_factory=list, repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.ground = ground(self.folder)

    def set(self, **changes: Any) -> None:
        self.ground = replace(self.ground, **changes)

    @property
    def inventory(self) -> Inventory:
        values: Mapping[str, object] = {
            "machine": self.machine,
            "postgresql": self.postgresql,
            "rest": self.rest,
            "port": self.port,
            "every": self.every,
            "fall": self.fall,
        }
        loaded = load_inventory(INVENTORY.format(**values))
        assert isinstance(loaded, Inventory), loaded
        return loaded

    @property
    def text(self) -> str:
        return mux_cfg(self.inventory, "shop", "pg1", self.ground)

    @property
    def log(self) -> str:
        return (self.folder / "haproxy.log").read_text()

    def quiet(self, *words: str) -> str:
        """Its log, once it tells how every hello to PostgreSQL ended, and these words."""
        told = [*(f"127.0.0.1:{port} as " for port in self.greeted), *words]
        until(lambda: all(word in self.log for word in told))
        return self.log

    def start(self, *flags: str) -> None:
        """Start it in the foreground, and wait until it listens."""
        config = self.folder / "haproxy.cfg"
        config.write_text(self.text)
        with (self.folder / "haproxy.log").open("ab") as log:
            command = [str(self.program), *(flags or ("-db",)), "-f", str(config)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: self.hello(b"") is not None)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def reload(self) -> float:
        """As `systemctl reload` does, once systemd knows that it is ready; the monotonic time of the signal."""
        process = self.process
        assert process is not None
        until(lambda: "Loading success" in self.log)
        until(lambda: catches(process, signal.SIGUSR2))  # before that, the master ignores it
        at = time.monotonic()
        process.send_signal(signal.SIGUSR2)
        until(lambda: self.log.count("Loading success") > 1)
        return at

    def hello(self, words: bytes = SSL_REQUEST) -> bytes | None:
        """Say something and hear the first byte; b"" for a closed door, None for no door at all."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
                if words == SSL_REQUEST:
                    self.greeted.append(client.getsockname()[1])
                client.sendall(words)
                return client.recv(1) if words else b""
        except ConnectionResetError:
            return b""
        except ConnectionRefusedError:
            return None

    def leads(self) -> None:
        """Wait until SQL gets through."""
        until(lambda: self.hello() in {b"S", b"N"})

    def refuses(self) -> None:
        """Wait until it does not."""
        until(lambda: self.hello() == b"")

    def session(self, **options: Any) -> psycopg.Connection[Any]:
        """A login through the mux."""
        login = {"host": "127.0.0.1", "user": "trusting", "dbname": "postgres", **options}
        return psycopg.connect(port=self.port, connect_timeout=30, autocommit=True, **login)


def ground(folder: Path) -> MuxGround:
    """As on a Linode, but for its paths; without root HAProxy stays who it is."""
    usual = MuxGround(
        listen=("127.0.0.1",), log="stdout format raw local0", socket=str(folder / "s")
    )
    if os.geteuid() == 0:
        return usual
    me = pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(me.pw_gid).gr_name
    return replace(usual, user=me.pw_name, group=group, chroot=None)
