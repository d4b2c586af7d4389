"""Every secret of a lab is made when it starts and gone with its folder; none stands in the project."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deploy.render import PatroniSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """An Ed25519 key in the spellings its readers want."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)

    @property
    def pem(self) -> str:
        """PKCS#8, as openssl and the hook read it."""
        return self.private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()

    @property
    def openssh(self) -> str:
        """As sshd and paramiko read it."""
        return self.private.private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        ).decode()

    @property
    def ssh_public(self) -> str:
        """`ssh-ed25519 AAAA…`, as known_hosts and authorized_keys hold it."""
        public = self.private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return public.decode()

    @property
    def whpk(self) -> str:
        """`whpk_…`, as the inventory's senders hold it."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return "whpk_" + base64.b64encode(raw).decode()

    @property
    def whsk(self) -> str:
        """`whsk_…`, as a sender of ours holds its own."""
        raw = self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return "whsk_" + base64.b64encode(raw).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSecrets:
    """The secrets of one lab. `senders` and `host_keys` by machine; `others` must not show either."""

    patroni: PatroniSecrets
    redis: str = field(repr=False)
    shop: str = field(repr=False)
    linode: str = field(repr=False)
    slack: str = field(repr=False)
    viewer: str = field(repr=False)
    alerts: KeyPair
    ssh: KeyPair
    senders: dict[str, KeyPair]
    host_keys: dict[str, KeyPair]
    others: tuple[str, ...] = field(default=(), repr=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that must never show in a log, a trail or a process list."""
        own = self.patroni
        passwords = (own.superuser, own.replication, own.rewind, own.rest, own.probe or "")
        pairs = (self.ssh, self.alerts, *self.senders.values(), *self.host_keys.values())
        spelt = (text for p in pairs for text in (_middle(p.pem), p.whsk))
        words = (self.redis, self.shop, self.linode, self.slack, self.viewer)
        return (*passwords, *words, *spelt, *self.others)


def make_secrets(*, senders: tuple[str, ...], hosts: tuple[str, ...]) -> LabSecrets:
    return LabSecrets(
        patroni=PatroniSecrets(
            superuser=_password(),
            replication=_password(),
            rewind=_password(),
            rest=_password(),
            probe=_password(),
        ),
        redis=_password(),
        shop=_password(),
        linode=_password(),
        slack=f"xoxb-{_password()}",
        viewer=_password(),
        alerts=KeyPair(),
        ssh=KeyPair(),
        senders={name: KeyPair() for name in senders},
        host_keys={name: KeyPair() for name in hosts},
    )


def _password() -> str:
    return secrets.token_urlsafe(24)


def _middle(pem: str) -> str:
    return pem.splitlines()[1]
