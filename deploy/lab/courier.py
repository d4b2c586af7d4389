"""Events that the lab itself brings to the webhook: genuine ones again, late or many times, and forged ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab import layout
from deploy.lab.keys import KeyPair
from deploy.lab.lab import Lab
from jobs.event import CALLBACK, Event, parse_event, to_json
from jobs.signatures import Message, headers
from workers.sender import Sender


def courier(lab: Lab, member: str) -> Sender:
    """Somebody who signs with a member's own key."""
    return Sender(urls=lab.inventory.webhook.urls, keys=(lab.secrets.senders[member].whsk,))


def claim(member: str, name: str, *, cluster: str = layout.CLUSTER) -> Event:
    """What a member's hook says when it leads from now on."""
    return Event(
        id=name,
        type=CALLBACK,
        sender=member,
        cluster=cluster,
        time=datetime.now(UTC).isoformat(),
        data={
            "action": "on_role_change",
            "role": "primary",
            "scope": layout.SCOPE,
            "member": member,
        },
    )


def kept(lab: Lab) -> Iterator[Event]:
    """What the hooks of all members keep until a webhook answers, oldest first."""
    for file in sorted(_spooled(lab), key=lambda path: path.name):
        event = parse_event(file.read_bytes())
        if isinstance(event, Event):
            yield event


def _spooled(lab: Lab) -> Iterator[Path]:
    for member in layout.MEMBERS:
        yield from (lab.folder / member / "spool").glob("[0-9]*.json")


def earlier(event: Event, seconds: float) -> Event:
    """The same event as of so long ago."""
    at = datetime.fromisoformat(event.time or "").timestamp() - seconds
    return replace(event, time=datetime.fromtimestamp(at, UTC).isoformat())


def forged(lab: Lab, genuine: Event) -> Iterator[bytes]:
    """Requests that must change nothing: unsigned, signed by a stranger, of a cluster that is none, and
    a genuine one that was taken before."""
    event, stranger = claim("pg1", "forged"), KeyPair()
    now = int(time.time())
    yield _request(event, {})
    for made in (event, claim("pg2", "forged"), claim("pg3", "forged", cluster="elsewhere")):
        yield _request(made, _signed(made, stranger.whsk, now))
    yield _request(genuine, _signed(genuine, lab.secrets.senders[genuine.sender].whsk, now))


def _signed(event: Event, key: str, at: int) -> dict[str, str]:
    message = Message(id=event.id, timestamp=str(at), body=to_json(event))
    return dict(headers(message, [key]))


def _request(event: Event, signed: dict[str, str]) -> bytes:
    body = to_json(event)
    lines = {
        "Host": layout.CONTROL["control"],
        "Content-Type": "application/cloudevents+json",
        "Content-Length": str(len(body)),
        **signed,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /events HTTP/1.1\r\n{head}\r\n".encode() + body
