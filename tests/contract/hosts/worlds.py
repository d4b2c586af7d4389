"""The same hosts twice, in memory and real: one suite proves that the fake and the script agree."""

from __future__ import annotations

import hashlib
import socket
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from jobs.edits.splice import Splice, apply
from jobs.fence import Fence
from jobs.inventory import Address, Host
from jobs.ports import HostHand
from jobs.remote import (
    AppSwap,
    FileState,
    FileSwap,
    Journal,
    ReadReply,
    ReadRequest,
    ServiceRef,
    SwapReply,
    SwapRequest,
)
from tests.contract.hosts.machine import Machine
from tests.contract.hosts.services import Service
from tests.fakes.hosts import FakeHosts
from tests.waiting import until

SYSTEM = "7300000000000000001"


def fence(epoch: int, pg_timeline: int = 1, system: str = SYSTEM) -> Fence:
    return Fence(system=system, pg_timeline=pg_timeline, epoch=epoch)


class World(Protocol):
    """A host that can be asked, looked at and broken."""

    @property
    def hand(self) -> HostHand: ...
    @property
    def host(self) -> Host: ...
    @property
    def cluster(self) -> str: ...
    @property
    def leader(self) -> Address: ...
    @property
    def nowhere(self) -> Address: ...
    def file(self, content: bytes) -> str: ...
    def put(self, path: str, content: bytes) -> None: ...
    def content(self, path: str) -> bytes: ...
    def service(self) -> ServiceRef: ...
    def restarts(self, service: ServiceRef) -> int: ...
    def command(self) -> str: ...
    def runs(self, command: str) -> int: ...
    def fails(self, command: str, *, does: bool) -> None: ...


@dataclass(slots=True)
class FakeWorld:
    hand: FakeHosts = field(default_factory=FakeHosts)
    host: Host = field(
        default_factory=lambda: Host(address="10.0.0.5", host_keys=("ssh-ed25519 AAAA",))
    )
    cluster: str = "shop"
    leader: Address = field(default_factory=lambda: Address(host="10.0.0.1"))
    nowhere: Address = field(default_factory=lambda: Address(host="10.0.0.9"))

    def __post_init__(self) -> None:
        self.hand.at(self.host.address).out_of_reach.add(self.nowhere)

    def file(self, content: bytes) -> str:
        path = f"/srv/{uuid.uuid4().hex}/.env"
        self.put(path, content)
        return path

    def put(self, path: str, content: bytes) -> None:
        self.hand.at(self.host.address).files[path] = content

    def content(self, path: str) -> bytes:
        return self.hand.at(self.host.address).files[path]

    def service(self) -> ServiceRef:
        return ServiceRef(name=uuid.uuid4().hex, manager="runit")

    def restarts(self, service: ServiceRef) -> int:
        return self.hand.at(self.host.address).restarts[service.name]

    def command(self) -> str:
        return f"run {uuid.uuid4().hex}"

    def runs(self, command: str) -> int:
        return self.hand.at(self.host.address).commands.count(command)

    def fails(self, command: str, *, does: bool) -> None:
        failing = self.hand.at(self.host.address).failing
        failing.add(command) if does else failing.discard(command)


@dataclass(slots=True)
class RealWorld:
    machine: Machine
    hand: HostHand
    host: Host
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    cluster: str = field(default_factory=lambda: "c" + uuid.uuid4().hex[:12])
    services: dict[str, Service] = field(default_factory=dict)
    marks: dict[str, Path] = field(default_factory=dict)

    @property
    def leader(self) -> Address:
        return Address(host="127.0.0.1", port=self.listener.getsockname()[1])

    @property
    def nowhere(self) -> Address:
        """The leader's port on an address where nobody listens; nor will anybody on all, while it is held."""
        return Address(host="127.0.0.9", port=self.listener.getsockname()[1])

    def file(self, content: bytes) -> str:
        return str(self.machine.file(content))

    def put(self, path: str, content: bytes) -> None:
        Path(path).write_bytes(content)

    def content(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def service(self) -> ServiceRef:
        return self.adopt(self.machine.service())

    def adopt(self, service: Service) -> ServiceRef:
        """Count a service that a test made itself."""
        self.services[service.name] = service
        return ServiceRef(name=service.name, manager="runit")

    def restarts(self, service: ServiceRef) -> int:
        return self.services[service.name].restarts

    def log(self, *, lines: int) -> str:
        """What after-commands said, once it is so much: who writes it down ends after the answer."""
        log = self.machine.state / self.cluster / "after.log"
        until(lambda: log.read_text().count("\n") >= lines, f"{lines} lines in {log}")
        return log.read_text()

    def command(self) -> str:
        folder = self.machine.folder(mode=0o777)
        command = f"echo >>{folder}/runs; test ! -e {folder}/broken"
        self.marks[command] = folder
        return command

    def runs(self, command: str) -> int:
        runs = self.marks[command] / "runs"
        return len(runs.read_bytes()) if runs.exists() else 0

    def fails(self, command: str, *, does: bool) -> None:
        broken = self.marks[command] / "broken"
        broken.touch() if does else broken.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Shop:
    """One application of a world, and how to move it: files whose whole first line is replaced."""

    world: World
    app: AppSwap
    paths: tuple[str, ...]

    def request(self, to: bytes, at: Fence, *, force: bool = False) -> SwapRequest:
        """A swap as a worker would plan it from a fresh read."""
        files = tuple(file_swap(path, self.world.content(path), to) for path in self.paths)
        return SwapRequest(
            cluster=self.world.cluster,
            fence=at,
            avoid=(),
            apps=(replace(self.app, files=files),),
            force=force,
        )

    def move(self, to: bytes, at: Fence, *, force: bool = False) -> SwapReply:
        return self.send(self.request(to, at, force=force))

    def send(self, request: SwapRequest) -> SwapReply:
        reply = self.world.hand.swap(self.world.host, request, timeout=20)
        assert isinstance(reply, SwapReply), reply
        return reply

    def read(self) -> ReadReply:
        reply = self.world.hand.read(
            self.world.host, ReadRequest(cluster=self.world.cluster, paths=self.paths), timeout=10
        )
        assert isinstance(reply, ReadReply), reply
        return reply

    def journal(self) -> Journal | None:
        return self.read().journal

    def contents(self) -> list[bytes]:
        return [self.world.content(path) for path in self.paths]

    def states(self) -> list[FileState]:
        return [f for f in self.read().files if isinstance(f, FileState)]


def line(value: bytes) -> bytes:
    return b"DB_HOST=" + value + b"\nAPP_KEY=unchanged\n"


def file_swap(path: str, content: bytes, to: bytes) -> FileSwap:
    """Turns the value of the first line into `to`; no splice where it is that already."""
    start, end = len(b"DB_HOST="), content.index(b"\n")
    splices: tuple[Splice, ...] = ()
    if content[start:end] != to:
        splices = (Splice(offset=start, length=end - start, replacement=to),)
    return FileSwap(
        path=path, before=sha256(content), after=sha256(apply(content, splices)), splices=splices
    )


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shop(world: World, *, files: int = 1, **changes: object) -> Shop:
    """A shop at member "a" with one service, an after-command and a check, unless told otherwise. Who lets the
    check fail says how long that takes: a check's own start counts, on a busy machine too."""
    paths = tuple(world.file(line(b"a")) for _ in range(files))
    parts: dict[str, object] = {
        "leader": world.leader,
        "files": (),
        "after": (world.command(),),
        "services": (world.service(),),
        "check": world.command(),
        "check_timeout": 10,
    }
    return Shop(world, AppSwap(**(parts | changes)), paths)  # type: ignore[arg-type]


def shop_at(world: RealWorld, *paths: Path) -> Shop:
    """A shop whose files are these."""
    return replace(shop(world, files=0), paths=tuple(map(str, paths)))


def names(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())
