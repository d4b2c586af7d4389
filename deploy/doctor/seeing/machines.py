"""Looks at machines over SSH, each once, however many subjects want to know of it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from paramiko import PKey, SSHException

from deploy.doctor.evidence import Unseen
from deploy.doctor.subjects.machines import MachineSeen, read_look
from deploy.site import Placed
from jobs.inventory import Host, Inventory
from workers.ssh.command import Finished, run
from workers.ssh.connect import connect
from workers.ssh.failures import (
    CutOffError,
    DeadlineError,
    HostKeyError,
    NeverBegunError,
    translate,
)
from workers.ssh.keys import BadKeyError

LOOK = 8.0
"""Seconds for a machine: to connect, and for three actions of its hook, one of which posts."""
FAILURES = (
    CutOffError, DeadlineError, HostKeyError, NeverBegunError, SSHException, OSError, EOFError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a machine is reached, and as whom."""

    host: Host
    key: PKey

    @property
    def become(self) -> str:
        return "sudo -n " if self.host.become == "sudo" and self.host.user != "root" else ""


def see_machine(
    inventory: Inventory, machine: Placed, way: Way, *, ping: bool
) -> MachineSeen | Unseen:
    """What a machine shows of itself; never raises. `ping`: its hook may send an event."""
    return look(way, asked(inventory, machine, ping=ping))


def asked(inventory: Inventory, machine: Placed, *, ping: bool) -> str:
    """What look.sh is told to look at on this machine, as assignments of the shell."""
    apps = [a for a in inventory.applications.values() if machine.name in a.hosts]
    services = dict.fromkeys(f"{s.manager}\t{s.name}" for a in apps for s in a.services)
    folders = dict.fromkeys(
        f"{PurePosixPath(f.path).parent}\t{f.path}"
        for a in apps
        for f in a.files
        if f.format == "dotenv"
    )
    named = {
        "hook": "1" if machine.cluster is not None else "0",
        "actions": "check status ping" if ping else "check status",
        "apps": "\n".join(folders),
        "services": "\n".join(services),
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in named.items())


@cache
def script() -> str:
    """look.sh as it stands."""
    return (files("deploy.doctor.seeing") / "look.sh").read_text()


def look(way: Way, words: str) -> MachineSeen | Unseen:
    """One look over a connection of its own; never raises."""
    deadline = time.monotonic() + LOOK
    try:
        at, finished = _run(way, words, deadline)
    except BadKeyError as error:
        return Unseen(reason=str(error), remedy="correct the pinned host key")
    except FAILURES as error:
        failure = translate(error, way.host)
        return Unseen(reason=failure.reason, remedy=failure.remedy, refused=not failure.retry)
    seen = read_look(finished.output.decode(errors="replace"), at=at)
    return seen if seen is not None else _no_look(way, finished)


def _run(way: Way, words: str, deadline: float) -> tuple[float, Finished]:
    """When it began, and how it ended. The script travels on stdin, so that neither `ps` nor sudo's log
    shows more than one word; the clock is its first line, for the hook's ping may take its time."""
    connection = connect(way.host, way.key, deadline=deadline)
    try:
        began = time.time()
        body = f"{words}{script()}".encode()
        finished = run(connection, f"{way.become}/bin/sh -s", body, deadline=deadline)
        return began, finished
    finally:
        connection.close()


def _no_look(way: Way, finished: Finished) -> Unseen:
    said = " ".join(finished.errors.split())[:200] or f"status {finished.status}, no word"
    remedy = "run /bin/sh there by hand; it needs a POSIX shell and coreutils"
    if way.become and "sudo" in said:
        remedy = f"let {way.host.user} run sudo without a password there"
    elif way.host.mode == "hardened":
        remedy = "look at hardened hosts with push's key: name the keys folder (--keys)"
    return Unseen(reason=f"{way.host.address}: {said}", remedy=remedy, refused=True)


def ways(
    inventory: Inventory,
    placed: Mapping[str, Placed],
    *,
    push: PKey | Unseen,
    worker: PKey | None,
    host_keys: Mapping[str, Sequence[str]],
) -> Mapping[str, Way | Unseen]:
    """By push's key where it is here, else to plain hosts by the workers'. `host_keys` are pinned."""
    return {name: _way(inventory, one, push, worker, host_keys) for name, one in placed.items()}


def _way(
    inventory: Inventory,
    machine: Placed,
    push: PKey | Unseen,
    worker: PKey | None,
    host_keys: Mapping[str, Sequence[str]],
) -> Way | Unseen:
    host = inventory.hosts.get(machine.name)
    if not isinstance(push, Unseen) and host_keys.get(machine.name):
        return Way(host=_pushed(inventory, machine, host_keys[machine.name]), key=push)
    if host is not None and host.mode == "plain" and worker is not None:
        return Way(host=host, key=worker)
    if isinstance(push, Unseen):
        return push
    return Unseen(
        reason=f"no host key of {machine.name} is pinned",
        remedy="pgbaton keys make, or host_keys in the inventory",
    )


def _pushed(inventory: Inventory, machine: Placed, keys: Sequence[str]) -> Host:
    return Host(
        address=machine.ssh.host,
        port=machine.ssh.port,
        user=inventory.deploy.user,
        host_keys=tuple(keys),
        become="none" if inventory.deploy.user == "root" else "sudo",
    )
