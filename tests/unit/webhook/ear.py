"""An ear with everything swapped for fakes, and a hand that signs: what the webhook's tests share."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from jobs.inventory import Inventory, load_inventory
from jobs.signatures import KeyPair, Message, key_pair, secret_bytes, secret_text, sign
from tests.fakes.ledger import FakeLedger
from webhook.app import create_app
from webhook.ports import Ports

NOW = 1_800_000_000.0
URL = "/events"

INVENTORY = """
[redis]
url = "redis://127.0.0.1:1"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[clusters.orders]
etcd = "main"
scope = "orders"
[clusters.billing]
etcd = "main"
scope = "billing"
[webhook]
max_body = 2000
[senders.db1]
clusters = ["orders"]
keys = [{db1}]
per_minute = 30
[senders.old]
clusters = ["orders", "billing"]
hmac = true
"""


def pair() -> KeyPair:
    return key_pair(secrets.token_bytes(32))


def inventory(keys: Sequence[KeyPair]) -> Inventory:
    listed = ", ".join(f'"{one.public}"' for one in keys)
    loaded = load_inventory(INVENTORY.replace("{db1}", listed))
    assert isinstance(loaded, Inventory), loaded
    return loaded


def envelope(**changed: Any) -> dict[str, Any]:
    """A callback's event of sender db1 about orders; `...` leaves a member out."""
    plain = {
        "specversion": "1.0",
        "id": "db1-1",
        "source": "db1",
        "type": "pgbaton.patroni.callback",
        "subject": "orders",
        "time": "2027-01-15T08:00:00Z",
        "data": {"action": "on_role_change", "role": "primary"},
    }
    return {k: v for k, v in (plain | changed).items() if v is not ...}


def at_once(work: Callable[[], None]) -> bool:
    """Run work aside without any aside."""
    work()
    return True


@dataclass
class Ear:
    """The webhook over a fake ledger. `now` is its clock; `db1` and `spare` are keys of sender db1,
    `shared` is the secret of sender old."""

    db1: KeyPair = field(default_factory=pair)
    spare: KeyPair = field(default_factory=pair)
    shared: str = field(default_factory=lambda: secret_text(secrets.token_bytes(32)))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    obstacles: tuple[str, ...] = ()
    now: float = NOW
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        ports = Ports(
            inventory=inventory([self.db1, self.spare]),
            ledger=self.ledger,
            ready=self.ready,
            now=lambda: self.now,
            aside=at_once,
            registry=self.registry,
            hmac_secrets={"old": (secret_bytes(self.shared),)},
            version="1.2.3",
        )
        self.client = create_app(ports).test_client()

    def ready(self) -> tuple[str, ...]:
        if self.ledger.unavailable:
            raise self.ledger.unavailable
        return self.obstacles

    def post(self, body: bytes, headers: Mapping[str, str]) -> TestResponse:
        return self.client.post(URL, data=body, headers=headers)

    def tell(
        self,
        *,
        key: str | None = None,
        at: float | None = None,
        headers: Mapping[str, str | None] | None = None,
        **changed: Any,
    ) -> TestResponse:
        """Send an event signed with `key` at `at`; a header given as None is left out."""
        raw = envelope(**changed)
        body = json.dumps(raw).encode()
        usual = signed(raw.get("id", "db1-1"), body, key or self.db1.private, at or self.now)
        merged = {**usual, **(headers or {})}
        return self.post(body, {k: v for k, v in merged.items() if v is not None})

    def heard(self, cluster: str = "orders") -> list[Mapping[str, Any]]:
        """The facts of a cluster's trail, in order."""
        return [entry.facts for entry in self.ledger.entries(cluster)]

    def counter(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0


def signed(id_: object, body: bytes, key: str, at: float) -> dict[str, str]:
    """The headers of a signed event."""
    message = Message(id=str(id_), timestamp=str(int(at)), body=body)
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": message.id,
        "webhook-timestamp": message.timestamp,
        "webhook-signature": sign(message, key),
    }
