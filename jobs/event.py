"""A rumour that says "look now": the CloudEvents envelope, parsed once at the border."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

CALLBACK = "pgbaton.patroni.callback"
LEADER_KEY = "pgbaton.etcd.leader"
OPERATOR = "pgbaton.operator.request"
CLOCK = "pgbaton.clock.look"
NODE_STATUS = "pgbaton.nodebalancer.status"
LINODE_EVENT = "pgbaton.linode.event"
TYPES = frozenset({CALLBACK, LEADER_KEY, OPERATOR, CLOCK, NODE_STATUS, LINODE_EVENT})

MAX_ID = 128
MAX_TEXT = 256
MAX_DATA = 32
MAX_WHOLE = 2**53 - 1
"""A larger number is another one to some readers of JSON."""

_ID = re.compile(rf"[!-\-/-~]{{1,{MAX_ID}}}")
Scalar = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One CloudEvents 1.0 event. `sender` is its `source`, `cluster` its `subject`.

    `time` is the sender's own clock (evidence, never used to order anything). `data` is shown
    to people and decides nothing.
    """

    id: str
    type: str
    sender: str
    cluster: str
    time: str | None
    data: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEvent:
    """Why a body is no event of ours; `field` names the member to change."""

    field: str
    reason: str


def parse_event(body: bytes) -> Event | BadEvent:
    """Parse a structured-mode CloudEvents JSON body into an Event, or say what to change."""
    raw = read_object(body)
    return raw if isinstance(raw, BadEvent) else to_event(raw)


def read_object(body: bytes) -> Mapping[str, Any] | BadEvent:
    """The body's JSON object, before anything in it is believed. A name that stands twice is
    refused: two readers could each believe another one."""
    try:
        raw: Any = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        return BadEvent(field="(body)", reason="is not UTF-8")
    except _TwiceError as error:
        return BadEvent(field=_shown(error.args[0]), reason="stands in the same object twice")
    except (ValueError, RecursionError):
        return BadEvent(field="(body)", reason="is not JSON")
    if not isinstance(raw, dict):
        return BadEvent(field="(body)", reason="is not a JSON object")
    return raw


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, value in pairs:
        if name in known:
            raise _TwiceError(name)
        known[name] = value
    return known


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def to_event(raw: Mapping[str, Any]) -> Event | BadEvent:
    """Check an envelope's shape and hold it as an Event, or say what to change."""
    return _envelope_fault(raw) or _time_fault(raw) or _data_fault(raw) or _event(raw)


def _envelope_fault(raw: Mapping[str, Any]) -> BadEvent | None:
    if raw.get("specversion") != "1.0":
        return BadEvent(field="specversion", reason='must be "1.0"')
    if not is_id(raw.get("id")):
        reason = f"must be 1 to {MAX_ID} visible ASCII characters without a dot"
        return BadEvent(field="id", reason=reason)
    for name in ("source", "type", "subject"):
        if not _is_text(raw.get(name)) or not raw[name]:
            return BadEvent(field=name, reason=_TEXT)
    if raw["type"] not in TYPES:
        return BadEvent(field="type", reason="must be one of " + ", ".join(sorted(TYPES)))
    return None


def is_id(value: object) -> bool:
    """Whether a value may be an event's id: it travels in a header and in a dotted signature."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


_TEXT = f"must be a printable string of 1 to {MAX_TEXT} characters"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable()


def _time_fault(raw: Mapping[str, Any]) -> BadEvent | None:
    if raw.get("time") is None or _is_text(raw["time"]):
        return None
    return BadEvent(field="time", reason="must be an RFC 3339 string")


def _data_fault(raw: Mapping[str, Any]) -> BadEvent | None:
    data = raw.get("data")
    if data is None:
        return None
    if not isinstance(data, dict) or len(data) > MAX_DATA:
        return BadEvent(field="data", reason=f"must be an object of at most {MAX_DATA} members")
    for key, value in data.items():
        if not _is_text(key) or not _is_scalar(value):
            return BadEvent(field=f"data.{_shown(key)}", reason=_SCALAR)
    return None


_SCALAR = (
    f"must be a string of at most {MAX_TEXT} characters without control characters, a whole number "
    "below 2^53, a boolean or null, under a printable name"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _is_scalar(value: object) -> bool:
    """Scopes and member names may hold odd characters; what breaks a line or UTF-8 may not pass."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and _CONTROL.search(value) is None
    return value is None or (isinstance(value, int) and abs(value) <= MAX_WHOLE)


def _shown(name: str) -> str:
    return name[:40].encode("ascii", "backslashreplace").decode()


def _event(raw: Mapping[str, Any]) -> Event:
    return Event(
        id=raw["id"],
        type=raw["type"],
        sender=raw["source"],
        cluster=raw["subject"],
        time=raw.get("time"),
        data=raw.get("data") or {},
    )


def to_json(event: Event) -> bytes:
    """The structured-mode JSON body of an event, as `parse_event` reads it."""
    body = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.sender,
        "type": event.type,
        "subject": event.cluster,
        "time": event.time,
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }
    return json.dumps(
        {k: v for k, v in body.items() if v is not None}, separators=(",", ":")
    ).encode()
