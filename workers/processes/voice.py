"""A process' own voice towards the webhook: its sender in the inventory, its key among the secrets."""

from __future__ import annotations

from jobs.inventory import Inventory
from workers.secrets import Secrets
from workers.sender import Sender


def sender_of(inventory: Inventory, secrets: Secrets, name: str) -> Sender:
    """Who signs as [senders.NAME]; ValueError where it has no key to sign with."""
    keys = secrets.words(f"sender-key-{name}")
    if not keys:
        msg = f"the {name} cannot sign: put its whsk_ key in the secret sender-key-{name}"
        raise ValueError(msg)
    return Sender(urls=inventory.webhook.urls, keys=keys, ca=inventory.webhook.ca)
