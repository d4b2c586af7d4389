"""Keys that are there but cannot be used: without this look they would fail at the first failover."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from jobs.inventory import Mistake
from jobs.signatures import PRIVATE, private_key, public_key, secret_bytes

if TYPE_CHECKING:
    from jobs.inventory import Inventory
    from workers.secrets import Secrets

T = TypeVar("T")
OWN = ("watch", "probe")
"""Our own processes that sign, each as the sender of its name."""


def bad_keys(inventory: Inventory) -> Iterator[Mistake]:
    """Host keys and senders' public keys that look like keys and are none."""
    from workers.ssh.keys import pinned_keys

    for name, host in inventory.hosts.items():
        for i, field in enumerate(host.host_keys):
            yield from _mistake(f"hosts.{name}.host_keys.{i}", _fault(pinned_keys, (field,)))
    for name, sender in inventory.senders.items():
        for i, text in enumerate(sender.keys):
            yield from _mistake(f"senders.{name}.keys.{i}", _fault(public_key, text))


def _mistake(path: str, reason: str | None) -> Iterator[Mistake]:
    if reason is not None:
        yield Mistake(path=path, reason=reason)


def bad_secret_keys(inventory: Inventory, secrets: Secrets) -> Iterator[tuple[str, str]]:
    """Path and reason of every secret key that is here and cannot be used."""
    from workers.secrets import SecretUnreadableError

    try:
        yield from _shared(inventory, secrets)
        for name in OWN:
            yield from _own(inventory, secrets, name)
        yield from _alerts(inventory, secrets)
    except SecretUnreadableError:
        return  # is told as lacking


def _alerts(inventory: Inventory, secrets: Secrets) -> Iterator[tuple[str, str]]:
    for word in secrets.words("alert-key") if inventory.alerts.url is not None else ():
        reason = _fault(private_key if word.startswith(PRIVATE) else secret_bytes, word)
        if reason is not None:
            yield "alerts.url", reason


def _shared(inventory: Inventory, secrets: Secrets) -> Iterator[tuple[str, str]]:
    for name in (n for n, sender in inventory.senders.items() if sender.hmac):
        for word in secrets.words(f"sender-{name}"):
            reason = _fault(secret_bytes, word)
            if reason is not None:
                yield f"senders.{name}.hmac", reason


def _own(inventory: Inventory, secrets: Secrets, name: str) -> Iterator[tuple[str, str]]:
    """What one of our processes signs with, and whether the webhook would believe it."""
    path, known = f"senders.{name}", inventory.senders.get(name)
    for word in secrets.words(f"sender-key-{name}"):
        asymmetric = word.startswith(PRIVATE)
        reason = _fault(private_key if asymmetric else secret_bytes, word)
        if reason is not None:
            yield path, reason
        elif known is not None and asymmetric and not _is_known(word, known.keys):
            yield path, f"the public half of sender-key-{name} is not among its keys"


def _is_known(word: str, keys: tuple[str, ...]) -> bool:
    own = private_key(word).public_key()
    return any(public_key(k) == own for k in keys if _fault(public_key, k) is None)


def bad_ssh_key(path: Path) -> str | None:
    """Why our own SSH key cannot be used; None where it can."""
    from workers.ssh.keys import load_key

    return _fault(load_key, path)


def _fault(read: Callable[[T], object], text: T) -> str | None:
    """What a reader has against a key; never the key itself."""
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return None
