"""What is sent: events of clusters that nobody told of before, signed, each as the bytes of a whole request."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from jobs.event import CALLBACK
from jobs.signatures import KeyPair, Message, headers, key_pair

SENDER = "db1"

INVENTORY = """\
[redis]
url = "redis://127.0.0.1:{port}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[senders.{sender}]
clusters = {clusters}
keys = ["{public}"]
per_minute = 100000000
"""

CLUSTER = """\
[clusters.{name}]
etcd = "main"
scope = "{name}"
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """One event, and the request that tells of it."""

    cluster: str
    id: str
    request: bytes = field(repr=False)


def _pair() -> KeyPair:
    return key_pair(secrets.token_bytes(32))


@dataclass(slots=True, kw_only=True)
class Post:
    """A sender, and a forger who has no key of the inventory's. `clusters` are given out one by one."""

    clusters: Sequence[str]
    own: KeyPair = field(default_factory=_pair)
    stranger: KeyPair = field(default_factory=_pair)
    _numbers: Iterator[int] = field(default_factory=count)
    _unused: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._unused = iter(self.clusters)

    def inventory(self, *, redis: int) -> str:
        """The web process's inventory over the Redis at that port."""
        head = INVENTORY.format(
            port=redis, sender=SENDER, public=self.own.public, clusters=json.dumps(self.clusters)
        )
        return head + "".join(CLUSTER.format(name=name) for name in self.clusters)

    def events(self, number: int, *, each: int, now: float) -> Sequence[Posted]:
        """So many events, `each` of them about the same cluster; the clusters take turns."""
        names = [next(self._unused) for _ in range(-(-number // each))]
        return [self._posted(names[n % len(names)], self.own, now) for n in range(number)]

    def forged(self, number: int, *, now: float) -> Sequence[bytes]:
        """So many that are signed by a key which nobody knows."""
        return [self._posted(self.clusters[0], self.stranger, now).request for _ in range(number)]

    def _posted(self, cluster: str, pair: KeyPair, now: float) -> Posted:
        id_ = f"{SENDER}-{next(self._numbers)}"
        body = json.dumps(_envelope(id_, cluster)).encode()
        message = Message(id=id_, timestamp=str(int(now)), body=body)
        return Posted(cluster, id_, request_of(body, headers(message, [pair.private])))


def _envelope(id_: str, cluster: str) -> Mapping[str, object]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": SENDER,
        "type": CALLBACK,
        "subject": cluster,
        "time": "2027-01-15T08:00:00Z",
        "data": {"action": "on_role_change", "role": "primary", "member": "pg1"},
    }


def request_of(body: bytes, signed: Mapping[str, str]) -> bytes:
    """A POST to /events, on a connection that stays open."""
    fields = {
        "Host": "pgbaton",
        "Content-Type": "application/cloudevents+json",
        "Content-Length": str(len(body)),
        **signed,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /events HTTP/1.1\r\n{head}\r\n".encode() + body
