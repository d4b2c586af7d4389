"""A rumour that says "look now": the CloudEvents envelope, parsed once at the border."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CALLBACK = "pgbaton.patroni.callback"
LEADER_KEY = "pgbaton.etcd.leader"
OPERATOR = "pgbaton.operator.request"
CLOCK = "pgbaton.clock.look"
TYPES = frozenset(
    {CALLBACK, LEADER_KEY, OPERATOR, CLOCK, "pgbaton.nodebalancer.status", "pgbaton.linode.event"}
)

MAX_ID = 128
MAX_TEXT = 256


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
    data: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEvent:
    """Why a body is no event of ours; `field` names the member to change."""

    field: str
    reason: str


def parse_event(body: bytes) -> Event | BadEvent:
    """Parse a structured-mode CloudEvents JSON body into an Event, or say what to change."""
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError):
        return BadEvent(field="(body)", reason="is not JSON in UTF-8")
    if not isinstance(raw, dict):
        return BadEvent(field="(body)", reason="is not a JSON object")
    return _envelope_fault(raw) or _data_fault(raw) or _event(raw)


def _envelope_fault(raw: Mapping[str, Any]) -> BadEvent | None:
    if raw.get("specversion") != "1.0":
        return BadEvent(field="specversion", reason='must be "1.0"')
    for name, limit in (
        ("id", MAX_ID),
        ("source", MAX_TEXT),
        ("type", MAX_TEXT),
        ("subject", MAX_TEXT),
    ):
        value = raw.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= limit or not value.isprintable():
            return BadEvent(
                field=name, reason=f"must be a printable string of 1 to {limit} characters"
            )
    if raw["type"] not in TYPES:
        return BadEvent(field="type", reason="must be one of " + ", ".join(sorted(TYPES)))
    if not isinstance(raw.get("time", ""), str) or len(raw.get("time", "")) > MAX_TEXT:
        return BadEvent(field="time", reason="must be an RFC 3339 string")
    return None


def _data_fault(raw: Mapping[str, Any]) -> BadEvent | None:
    data = raw.get("data", {})
    if not isinstance(data, dict):
        return BadEvent(field="data", reason="must be an object")
    for key, value in data.items():
        if not isinstance(value, str | int | bool | None) or len(str(value)) > MAX_TEXT:
            return BadEvent(
                field=f"data.{key[:40]}",
                reason=f"must be a scalar of at most {MAX_TEXT} characters",
            )
    return None


def _event(raw: Mapping[str, Any]) -> Event:
    return Event(
        id=raw["id"],
        type=raw["type"],
        sender=raw["source"],
        cluster=raw["subject"],
        time=raw.get("time"),
        data=raw.get("data", {}),
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
