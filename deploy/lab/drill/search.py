"""Where a secret could show: logs, the trail, Redis, job arguments, pages and process lists."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis

from deploy.lab.keys import LabSecrets
from deploy.lab.lab import Lab

EVERY = 0.2


@dataclass(slots=True, kw_only=True)
class ProcessWatch:
    """Every command line seen on this machine while the drill ran."""

    seen: set[str] = field(default_factory=set)

    def start(self) -> None:
        threading.Thread(target=self._look_for_ever, daemon=True).start()

    def _look_for_ever(self) -> None:
        while True:
            self.seen |= {_command(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
            time.sleep(EVERY)


def _command(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def searched_places(lab: Lab) -> Mapping[str, str]:
    """The texts that the lab's machines keep, by the name of the place."""
    return {"Redis and the job arguments": _redis_text(lab.footing.redis()), **lab.footing.logs()}


def _redis_text(client: redis.Redis) -> str:
    """Every key with everything in it; RQ compresses its jobs' arguments, so that is undone."""
    return "\n".join(_value(client, key) for key in client.scan_iter(count=500))


def _value(client: redis.Redis, key: bytes) -> str:
    """One key's whole value as text, whatever its type."""
    read: Mapping[object, Callable[[], object]] = {
        b"string": lambda: client.get(key),
        b"hash": lambda: client.hgetall(key),
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"stream": lambda: client.xrange(key),
    }
    kind = client.type(key)
    value = read[kind]() if kind in read else None
    return f"{key!r} " + " ".join(_texts(value))


def _texts(value: object) -> Iterator[str]:
    match value:
        case bytes():
            yield _inflated(value).decode(errors="replace")
        case dict():
            yield from _texts(list(value.items()))
        case list() | tuple() | set():
            for one in value:
                yield from _texts(one)
        case _:
            yield str(value)


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def named_secrets(secrets: LabSecrets) -> Mapping[str, str]:
    """Each secret under a name that may be shown."""
    return {f"no. {number}": text for number, text in enumerate(secrets.texts, start=1) if text}
