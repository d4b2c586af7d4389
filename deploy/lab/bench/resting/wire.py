"""Who of ours asks whom, seen on the wire: etcd and Redis count requests, but not by whom they came.

On the control machine's own network every packet that leaves is looked at: its local port leads to the
socket, and that to the process. Nobody is slowed down by it, and nothing is decrypted: the lab's
etcd and Redis speak plainly, and of SSH only the beginnings of connections are counted.
"""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.bench.resting.spent import tree

ALL, OUTGOING, TCP, IPV4 = 0x0003, 4, 6, 0x0800
SYN, ACK = 0x02, 0x10
BUFFER = 1 << 26
COMMAND = re.compile(rb"(?:^|\r\n)\*\d+\r\n\$\d+\r\n([A-Za-z.]+)(?=\r\n)")
HTTP = re.compile(rb"^(?:GET|POST|PUT|DELETE) (\S+)")

Pids = Callable[[], Mapping[str, int]]
"""The processes by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What left: its local port and the one it goes to, flags, and what it carries."""

    port: int
    at: int
    flags: int
    data: bytes


def segment_of(packet: bytes) -> Segment | None:
    """An Ethernet frame's TCP segment; None for anything else."""
    if len(packet) < 54 or int.from_bytes(packet[12:14]) != IPV4 or packet[23] != TCP:  # noqa: PLR2004
        return None
    ip = packet[14:]
    tcp = ip[(ip[0] & 0x0F) * 4 : int.from_bytes(ip[2:4]) or None]
    return Segment(
        port=int.from_bytes(tcp[0:2]),
        at=int.from_bytes(tcp[2:4]),
        flags=tcp[13],
        data=tcp[(tcp[12] >> 4) * 4 :],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question by one process: `of` is etcd, Redis or SSH, `word` the path or command."""

    process: str
    of: str
    word: str


def questions(segment: Segment) -> Iterator[tuple[str, str]]:
    """What a segment asks: of whom, and with which word."""
    match segment.at:
        case 2379:
            yield from (("etcd", word) for word in _http(segment.data))
        case 6379:
            yield from (("Redis", c.decode().upper()) for c in COMMAND.findall(segment.data))
        case 22 if segment.flags & SYN and not segment.flags & ACK:
            yield "SSH", "connection"


def _http(data: bytes) -> Iterator[str]:
    found = HTTP.match(data)
    if found is not None:
        yield found[1].decode(errors="replace").partition("?")[0]


@dataclass(slots=True)
class Wire:
    """Listens on the network on which it is made, from `begin` to `end`."""

    pids: Pids
    asked: Counter[Asked] = field(default_factory=Counter)
    _owners: dict[int, str] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _socket: socket.socket = field(init=False)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._socket.settimeout(0.5)

    def begin(self) -> None:
        self._socket.bind(("eth0", ALL))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                packet, where = self._socket.recvfrom(1 << 17)
                if where[2] == OUTGOING and (segment := segment_of(packet)) is not None:
                    self._take(segment)

    def _take(self, segment: Segment) -> None:
        for of, word in questions(segment):
            self.asked[Asked(process=self._owner(segment.port), of=of, word=word)] += 1

    def _owner(self, port: int) -> str:
        if port not in self._owners:
            self._owners |= owners(self.pids())
        return self._owners.setdefault(port, "another")


def owners(pids: Mapping[str, int], *, at: int | None = None) -> dict[int, str]:
    """Whose each local port is, of all processes on one network; of connections to port `at` alone,
    where it is given."""
    ports = next((_ports(pid, at) for pid in pids.values()), {})
    return {
        ports[inode]: name
        for name, pid in pids.items()
        for one in tree(pid)
        for inode in _sockets(one)
        if inode in ports
    }


def _ports(pid: int, at: int | None) -> Mapping[str, int]:
    """Local ports of a network, by their sockets' inodes."""
    with suppress(OSError):
        lines = (line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:])
        return {w[9]: _port(w[1]) for w in lines if at is None or _port(w[2]) == at}
    return {}


def _port(place: str) -> int:
    return int(place.partition(":")[2], 16)


def _sockets(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for one in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(one.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]
