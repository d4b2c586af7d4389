"""One NodeBalancer's HAProxy: a child that is replaced without losing sessions or statuses."""

from __future__ import annotations

import csv
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.linode.traffic.layout import Layout, node_id

HEAD = """\
global
    stats socket {folder}/s mode 600 level admin expose-fd listeners
    server-state-file {folder}/state
    nbthread 1
    maxconn 1000
defaults
    mode tcp
    option allbackups
    option redispatch
    timeout client 1h
    timeout server 1h
    load-server-state-from-file global
"""
UP = ("UP", "DRAIN", "NOLB")
READY_WITHIN, ANSWER_WITHIN = 20.0, 2.0


class ProxyFailed(Exception):  # noqa: N818 - reads as a sentence
    """HAProxy refused its configuration, or does not answer."""


@dataclass(slots=True)
class Proxy:
    """HAProxy in a folder of its own. Only one thread may use it, which must outlive it: the kernel
    kills the child with that thread."""

    program: Path
    folder: Path
    _running: subprocess.Popen[bytes] | None = None
    _leaving: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def died(self) -> bool:
        """Whether it ended by itself, or by another's hand."""
        return self._running is not None and self._running.poll() is not None

    def follow(self, wanted: Layout) -> None:
        """Serve this from now on. Sessions of before go on in the old process until they end."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "cfg").write_text(HEAD.format(folder=self.folder) + wanted.text)
        self._running = None if self.died else self._running
        state = "" if self._running is None else self.ask("show servers state")
        (self.folder / "state").write_text("".join(_kept(state, wanted.servers)) or "1\n")
        before, started = self._running, self._start()
        self._wait(started)
        self._running = started
        self._leaving += [] if before is None else [before]

    def _start(self) -> subprocess.Popen[bytes]:
        takeover: list[str] = []
        if self._running is not None:
            takeover = ["-x", f"{self.folder}/s", "-sf", str(self._running.pid)]
        command = ["setpriv", "--pdeathsig", "KILL", str(self.program), "-db"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*command, "-f", f"{self.folder}/cfg", *takeover],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait(self, started: subprocess.Popen[bytes]) -> None:
        """Until the new process answers on the socket."""
        end = time.monotonic() + READY_WITHIN
        while f"\nPid: {started.pid}\n" not in self._said():
            if started.poll() is not None or time.monotonic() > end:
                started.kill()
                started.wait()
                raise ProxyFailed(self._told())
            time.sleep(0.01)

    def _said(self) -> str:
        try:
            return self.ask("show info")
        except OSError:
            return ""

    def _told(self) -> str:
        lines = (self.folder / "log").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines[-20:] if "ALERT" in line) or "it does not answer"

    def ask(self, command: str) -> str:
        """What HAProxy answers on its socket."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(ANSWER_WITHIN)
            wire.connect(f"{self.folder}/s")
            wire.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: wire.recv(65_536), b"")).decode()

    def statuses(self) -> dict[int, str]:
        """Each node's status as the API says it; those not checked (yet) are missing. Called now
        and then, it also takes leave of processes whose last session has ended."""
        self._leaving = [old for old in self._leaving if old.poll() is None]
        table = self.ask("show stat -1 4 -1").removeprefix("# ").splitlines()
        rows = csv.DictReader(line for line in table if line)
        return {node_id(row["svname"]): word for row in rows for word in _status(row)}

    def stop(self) -> None:
        """End it with all its sessions."""
        ours = [one for one in (self._running, *self._leaving) if one is not None]
        for one in ours:
            one.terminate()
        for one in ours:
            _end(one)
        self._running, self._leaving = None, []


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _status(row: Mapping[str, str]) -> Iterator[str]:
    if row["status"].startswith("MAINT"):
        yield "DOWN"
    elif row["check_status"] not in {"", "INI"}:
        yield "UP" if row["status"].startswith(UP) else "DOWN"


def _kept(state: str, servers: Mapping[str, str]) -> Iterator[str]:
    """The lines of HAProxy's server state that still hold: a backend at another address is new."""
    for line in state.splitlines():
        words = line.split()
        if words and (words[0] in {"1", "#"} or _at(words) == servers.get(words[3])):
            yield f"{line}\n"


def _at(words: list[str]) -> str:
    host, port = words[4], words[18]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
