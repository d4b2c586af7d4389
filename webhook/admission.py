"""Who is believed: the checks between a request's bytes and an event worth recording, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jobs.event import BadEvent, Event, read_object, to_event
from jobs.inventory import Inventory, Sender
from jobs.signatures import VerifyKeys, public_key, verify
from webhook.arrival import Arrival
from webhook.limits import Limiter
from webhook.refusal import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Whom the inventory lets speak, with keys parsed once. `theirs` are the clusters of each sender: the
    watch speaks of all of them. `stranger` is a key that nobody holds: an unknown sender takes as long to
    refuse as a known one."""

    inventory: Inventory
    theirs: Mapping[str, frozenset[str]]
    keys: Mapping[str, VerifyKeys]
    stranger: VerifyKeys
    limiter: Limiter = field(default_factory=Limiter)


def open_door(inventory: Inventory, hmac_secrets: Mapping[str, tuple[bytes, ...]]) -> Door:
    """Parse every sender's keys. ValueError names the sender whose key is none."""
    return Door(
        inventory=inventory,
        theirs={name: frozenset(one.clusters) for name, one in inventory.senders.items()},
        keys={
            name: _keys(name, sender, hmac_secrets.get(name, ()) if sender.hmac else ())
            for name, sender in inventory.senders.items()
        },
        stranger=VerifyKeys(public=(Ed25519PrivateKey.generate().public_key(),)),
    )


def _keys(name: str, sender: Sender, secrets: tuple[bytes, ...]) -> VerifyKeys:
    try:
        return VerifyKeys(public=tuple(map(public_key, sender.keys)), secrets=secrets)
    except ValueError as error:
        raise ValueError(f"senders.{name}.keys: {error}") from None


def admit(arrival: Arrival, *, door: Door, now: float) -> Event | Refusal:
    """Believe a request or not: signature first, then clock, rate, shape and permission."""
    raw = read_object(arrival.message.body)
    if isinstance(raw, BadEvent):
        return _bad(Reason.BAD_BODY, raw)
    source = raw.get("source")
    if not isinstance(source, str) or not source:
        return _bad(Reason.BAD_BODY, BadEvent(field="source", reason="must name the sender"))
    if not verify(arrival.message, arrival.signatures, door.keys.get(source, door.stranger)):
        return Refusal(reason=Reason.BAD_SIGNATURE, detail=_BAD_SIGNATURE)
    found = _verified(arrival, raw, source=source, door=door, now=now)
    return _signed_for(found, source, raw, door) if isinstance(found, Refusal) else found


_BAD_SIGNATURE = (
    "Sign webhook-id, webhook-timestamp and the very bytes of the body with a key that the "
    "inventory lists under senders for the event's source (v1a: keys; v1: hmac)."
)


def _bad(reason: Reason, bad: BadEvent) -> Refusal:
    return Refusal(reason=reason, detail=f"{bad.field} {bad.reason}.", field=bad.field)


def _verified(
    arrival: Arrival, raw: Mapping[str, Any], *, source: str, door: Door, now: float
) -> Event | Refusal:
    if refusal := _stale(arrival, door, now) or _other_id(arrival, raw):
        return refusal
    if refusal := _too_often(arrival, source, door, now):
        return refusal
    event = to_event(raw)
    if isinstance(event, BadEvent):
        return _bad(Reason.BAD_EVENT, event)
    return _not_theirs(event, door) or event


def _stale(arrival: Arrival, door: Door, now: float) -> Refusal | None:
    tolerance = door.inventory.webhook.tolerance
    off = arrival.sent - now
    if abs(off) <= tolerance:
        return None
    direction = "ahead of" if off > 0 else "behind"
    detail = (
        f"The timestamp is {abs(off):.0f} s {direction} this server's clock, {tolerance:.0f} s are "
        "tolerated. Sign again with the Date of this answer, and mend the clock."
    )
    return Refusal(reason=Reason.STALE_TIMESTAMP, detail=detail, field="webhook-timestamp")


def _other_id(arrival: Arrival, raw: Mapping[str, Any]) -> Refusal | None:
    if raw.get("id") == arrival.message.id:
        return None
    detail = "Send the event's id as webhook-id: it is what a repetition is known by."
    return Refusal(reason=Reason.ID_MISMATCH, detail=detail, field="id")


def _too_often(arrival: Arrival, source: str, door: Door, now: float) -> Refusal | None:
    per_minute = door.inventory.senders[source].per_minute
    wait = door.limiter.wait(source, arrival.message.id, per_minute=per_minute, now=now)
    if not wait:
        return None
    detail = f"This sender may send {per_minute} events a minute; wait {wait} s and send it again."
    return Refusal(reason=Reason.RATE_LIMITED, detail=detail, retry_after=wait)


def _not_theirs(event: Event, door: Door) -> Refusal | None:
    if event.cluster not in door.inventory.clusters:
        detail = "The inventory has no cluster of the name in subject; mend one of the two."
        return Refusal(reason=Reason.UNKNOWN_CLUSTER, detail=detail, field="subject")
    if event.cluster not in door.theirs[event.sender]:
        detail = f"Add the cluster to senders.{event.sender}.clusters if it may."
        return Refusal(reason=Reason.FOREIGN_CLUSTER, detail=detail, field="subject")
    return None


def _signed_for(refusal: Refusal, source: str, raw: Mapping[str, Any], door: Door) -> Refusal:
    """Say who was refused, and whose trail may tell it: only a cluster that is the sender's own."""
    cluster = raw.get("subject")
    theirs = isinstance(cluster, str) and cluster in door.theirs[source]
    return replace(refusal, sender=source, cluster=cluster if theirs else None)
