"""etcd's v3 JSON dialect: without it, base64 and numbers-as-strings would leak into every caller."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """One key as etcd holds it; `lease` 0 means that it outlives whoever wrote it."""

    key: bytes
    value: bytes
    create_revision: int
    mod_revision: int
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a range or a transaction read, in the order asked, as of one revision."""

    revision: int
    ranges: tuple[tuple[KeyValue, ...], ...]
    succeeded: bool = True


def text(raw: bytes) -> str:
    """The base64 that the gateway wants for keys and values."""
    return b64encode(raw).decode("ascii")


def key_range(
    key: bytes, end: bytes | None = None, *, limit: int = 0, keys_only: bool = False
) -> dict[str, Any]:
    """A RangeRequest over one key, or over [key, end). Linearizable: never `serializable`."""
    request: dict[str, Any] = {"key": text(key)}
    if end is not None:
        request["range_end"] = text(end)
    if limit:
        request["limit"] = str(limit)
    if keys_only:
        request["keys_only"] = True
    return request


def prefix_range(prefix: bytes) -> dict[str, Any]:
    """A RangeRequest over every key that starts with `prefix`, which ends in a plain character."""
    return key_range(prefix, prefix[:-1] + bytes([prefix[-1] + 1]))


def transaction(
    operations: Iterable[Json], *, compare: Sequence[Json] = (), otherwise: Iterable[Json] = ()
) -> dict[str, Any]:
    """A TxnRequest; operations look like `{"request_range": …}` or `{"request_put": …}`."""
    return {"compare": list(compare), "success": list(operations), "failure": list(otherwise)}


def read_key(raw: Json) -> KeyValue:
    """One mvccpb.KeyValue; the gateway leaves out every field that is zero or empty."""
    return KeyValue(
        key=b64decode(raw.get("key", "")),
        value=b64decode(raw.get("value", "")),
        create_revision=int(raw.get("create_revision", 0)),
        mod_revision=int(raw.get("mod_revision", 0)),
        lease=int(raw.get("lease", 0)),
    )


def read_revision(reply: Json) -> int:
    return int(reply.get("header", {}).get("revision", 0))


def read_range(reply: Json) -> Answer:
    return Answer(revision=read_revision(reply), ranges=(_keys(reply),))


def read_transaction(reply: Json) -> Answer:
    ranges = tuple(_keys(r.get("response_range", {})) for r in reply.get("responses", ()))
    return Answer(
        revision=read_revision(reply), ranges=ranges, succeeded=bool(reply.get("succeeded"))
    )


def _keys(reply: Json) -> tuple[KeyValue, ...]:
    return tuple(read_key(kv) for kv in reply.get("kvs", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of one key; `now` is None where the key was deleted (or its lease ran out)."""

    key: bytes
    revision: int
    now: KeyValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReply:
    """One line of a watch stream. `compacted` is the oldest revision that still can be watched."""

    created: bool = False
    canceled: str | None = None
    compacted: int = 0
    error: str | None = None
    events: tuple[Event, ...] = ()


def watch_request(asked: Json, *, start_revision: int) -> dict[str, Any]:
    """Watch a range (as `key_range` makes it) from a revision on, that revision included."""
    return {"create_request": {**asked, "start_revision": str(start_revision)}}


def read_watch(line: Json) -> WatchReply:
    """A line of the stream: the gateway wraps answers in `result`, a stream's end in `error`."""
    if "error" in line:
        return WatchReply(error=str(line["error"].get("message", line["error"])))
    result = line.get("result", {})
    canceled = result.get("cancel_reason", "canceled") if result.get("canceled") else None
    return WatchReply(
        created=bool(result.get("created")),
        canceled=canceled,
        compacted=int(result.get("compact_revision", 0)),
        events=tuple(_event(e) for e in result.get("events", ())),
    )


def _event(raw: Json) -> Event:
    """A put has no `type`: it is the enumeration's zero, which the gateway leaves out."""
    kv = read_key(raw.get("kv", {}))
    gone = raw.get("type") == "DELETE"
    return Event(key=kv.key, revision=kv.mod_revision, now=None if gone else kv)
