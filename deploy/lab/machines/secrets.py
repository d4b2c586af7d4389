"""The keyring's secrets as the drill knows a lab's: to log in with them, and to search for them everywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from deploy.keyring import Keyring
from deploy.lab import layout
from deploy.lab.keys import KeyPair, LabSecrets
from deploy.render import PatroniSecrets


def secrets_of(keyring: Keyring) -> LabSecrets:
    """Everything that the keyring holds of this lab."""
    cluster = layout.CLUSTER
    return LabSecrets(
        patroni=PatroniSecrets(
            superuser=keyring.secret(f"patroni-{cluster}-superuser"),
            replication=keyring.secret(f"patroni-{cluster}-replication"),
            rewind=keyring.secret(f"patroni-{cluster}-rewind"),
            rest=keyring.secret(f"patroni-{cluster}-rest"),
            probe=keyring.secret(f"probe-{cluster}-password"),
        ),
        redis=keyring.secret("redis-password"),
        shop=keyring.secret(f"database-{cluster}-shop"),
        linode="",
        slack=keyring.secret("slack-token"),
        viewer=(keyring.folder / "people/viewer-password").read_text().strip(),
        alerts=_signing(keyring.secret("alert-key")),
        ssh=_ssh(keyring.ssh("worker").private),
        senders={name: _pem(keyring.sender(name).pem) for name in (*layout.MEMBERS, "watch")},
        host_keys={name: _ssh(keyring.host_key(name).private) for name in layout.SHOPS},
        others=tuple(_private_lines(keyring.folder)),
    )


def _private_lines(folder: Path) -> Iterator[str]:
    """A line of every private key, by which it would be known wherever it shows."""
    for path in sorted(folder.rglob("*")):
        text = path.read_text() if path.is_file() else ""
        if "PRIVATE KEY" in text:
            lines = [line for line in text.splitlines() if line and "KEY" not in line]
            yield lines[max(0, len(lines) - 2)]  # an SSH key begins with what all of them share


def _signing(words: str) -> KeyPair:
    raw = base64.b64decode(words.split(maxsplit=1)[0].removeprefix("whsk_"))
    return KeyPair(private=Ed25519PrivateKey.from_private_bytes(raw))


def _pem(text: str) -> KeyPair:
    return _pair(load_pem_private_key(text.encode(), None))


def _ssh(text: str) -> KeyPair:
    return _pair(load_ssh_private_key(text.encode(), None))


def _pair(key: object) -> KeyPair:
    assert isinstance(key, Ed25519PrivateKey)
    return KeyPair(private=key)
