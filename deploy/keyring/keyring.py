"""The keyring: one folder outside Git, without which render has no password and push no key.

    ca.pem                       every CA that is trusted: two while the CA rotates
    ca.key                       the key of the one that signs
    certificates/NAME.PURPOSE.pem    a certificate; .key beside it (NAME: a machine, or `pgbaton`)
    ssh/push, ssh/worker         OpenSSH private keys, .pub beside them
    ssh/hosts/MACHINE            a machine's host key, .pub beside it
    senders/NAME.pem             a sender's key as the hook reads it
    senders/sender-key-NAME      the same as a process of ours reads it (whsk_)
    senders/NAME.pub             its public half (whpk_)
    secrets/NAME                 one password or token each, by the secret's name (workers/secrets.py),
                                 and patroni-CLUSTER-superuser | replication | rewind | rest,
                                 database-CLUSTER-ROLE
    people/NAME                  what a person needs and no machine: the viewers' password
    next/…                       while something rotates: what will follow, laid out as above; trusted
                                 already, and not used yet
    old/…                        and what went before, public halves and SSH logins: still trusted, not
                                 used any more

Folders are 0700, private parts 0600.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Purpose = Literal["etcd", "patroni", "postgresql", "redis", "web", "client"]
"""What a certificate is for. `client` is pgbaton's own towards etcd and Patroni, and has no common
name: etcd's JSON gateway turns those away that have one."""

REPLACED = "\ufffd"
"""What reading leaves of a byte that is no UTF-8; no key of any kind survives it."""


class MissingKeyError(Exception):
    """A key that is not in the folder; the message says which command makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certificate and its private key, both PEM."""

    cert: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshKey:
    """An SSH key: OpenSSH's private form, and the one line of its public half."""

    private: str = field(repr=False)
    public: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderKey:
    """What a sender signs with, in three spellings; `public` stands in the inventory."""

    pem: str = field(repr=False)
    whsk: str = field(repr=False)
    public: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """Reads the folder. Every method raises MissingKeyError for what is not there."""

    folder: Path

    @property
    def made(self) -> bool:
        """Whether there is a keyring at all."""
        return (self.folder / "ca.pem").is_file()

    def ca(self) -> str:
        """Every trusted CA, PEM after PEM."""
        return self._read("ca.pem")

    def ca_key(self) -> str:
        """The key of the CA that signs. Only `pgbaton keys` reads it; no machine is given it."""
        return self._read("ca.key")

    def certificate(self, name: str, purpose: Purpose) -> Certified:
        """The certificate of a machine (or of `pgbaton` itself) for one purpose.

        A renewal that was cut short is read as done from the moment its certificate stands in next/;
        its key may have gone on into its place already.
        """
        stem = f"certificates/{name}.{purpose}"
        if not (self.folder / f"next/{stem}.pem").is_file():
            return Certified(cert=self._read(f"{stem}.pem"), key=self._read(f"{stem}.key"))
        ahead = "next/" if (self.folder / f"next/{stem}.key").is_file() else ""
        return Certified(cert=self._read(f"next/{stem}.pem"), key=self._read(f"{ahead}{stem}.key"))

    def ssh(self, name: Literal["push", "worker"]) -> SshKey:
        """What `push` and the workers log in with."""
        return SshKey(
            private=self._read(f"ssh/{name}"), public=self._read(f"ssh/{name}.pub").strip()
        )

    def host_key(self, machine: str) -> SshKey:
        """The host key that a machine is given, so that it is pinned before the first contact."""
        stem = f"ssh/hosts/{machine}"
        return SshKey(private=self._read(stem), public=self._read(f"{stem}.pub").strip())

    def sender(self, name: str) -> SenderKey:
        """The Ed25519 key of one sender."""
        return SenderKey(
            pem=self._read(f"senders/{name}.pem"),
            whsk=self._read(f"senders/sender-key-{name}").strip(),
            public=self._read(f"senders/{name}.pub").strip(),
        )

    def authorized(self, name: Literal["push", "worker"]) -> tuple[str, ...]:
        """Every public half that machines let in: while a key rotates, two."""
        return self._publics(f"ssh/{name}.pub")

    def pins(self, machine: str) -> tuple[str, ...]:
        """Every host key that is believed of a machine: while it rotates, two."""
        return self._publics(f"ssh/hosts/{machine}.pub")

    def sender_keys(self, name: str) -> tuple[str, ...]:
        """Every public half that the inventory should hold of a sender: while it rotates, two."""
        return self._publics(f"senders/{name}.pub")

    def secret(self, name: str) -> str:
        """A password or token; one that was left empty, or is no text, is as good as missing."""
        text = self._read(f"secrets/{name}").rstrip("\r\n")
        if not text.strip() or REPLACED in text:
            raise MissingKeyError(
                f"{self.folder}/secrets/{name} holds no word; put back what belongs there"
            )
        return text

    def has(self, name: str) -> bool:
        """Whether a secret is there: those that people bring (slack-token, linode-token) need not be."""
        return (self.folder / "secrets" / name).is_file()

    def holds(self, name: str) -> bool:
        """Whether a file of the folder is there, by its name in the layout above."""
        return (self.folder / name).is_file()

    def _publics(self, name: str) -> tuple[str, ...]:
        """The used one first; raises MissingKeyError where even that is missing."""
        places = (name, f"next/{name}", f"old/{name}")
        others = [p for p in places[1:] if (self.folder / p).is_file()]
        return tuple(dict.fromkeys(self._read(p).strip() for p in (name, *others)))

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            raise MissingKeyError(
                f"{self.folder / name} is missing; `pgbaton keys make` makes what is missing"
            ) from None
