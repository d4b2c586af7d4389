"""Makes what is missing in a keyring, and nothing else: what a cut run began, the next one ends."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.keyring import spelling
from deploy.keyring.authority import Authority, NoAuthorityError, new_ca, new_key, signing
from deploy.keyring.leaf import Leaf
from deploy.keyring.mending import mended
from deploy.keyring.opening import opened
from deploy.keyring.vault import Vault
from deploy.keyring.wanted import Wanted, wanted
from jobs.inventory import Inventory
from jobs.signatures import PRIVATE


def make(inventory: Inventory, folder: Path, now: dt.datetime) -> tuple[str, ...]:
    """Make all that this inventory asks for and the folder lacks; the names of what was made.

    Raises CannotPlace, UnsafeFolderError, OSError.
    """
    with opened(folder) as vault:
        return made(wanted(inventory), vault, now)


def made(asked: Wanted, vault: Vault, now: dt.datetime) -> tuple[str, ...]:
    """The same in a folder that is open already."""
    mended(vault)
    return tuple(_made(asked, vault, now))


def _made(asked: Wanted, vault: Vault, now: dt.datetime) -> Iterator[str]:
    yield from _ca(vault, now, days=asked.ca_days)
    authority = the_authority(vault)
    for leaf in asked.leaves:
        yield from _certificate(vault, leaf, authority, now, days=asked.certificate_days)
    for name in ("ssh/push", "ssh/worker", *(f"ssh/hosts/{host}" for host in asked.hosts)):
        yield from ssh_pair(vault, name)
    for name in asked.senders:
        yield from sender_pair(vault, f"senders/{name}.pem")
    for name in asked.passwords:
        yield from new(vault, f"secrets/{name}", lambda: secrets.token_urlsafe(24))
    for name in asked.shared:
        yield from new(vault, f"secrets/{name}", spelling.new_shared)
    if asked.alerts:
        yield from _alerts(vault)
    if asked.viewer:
        yield from _viewer(vault)


def the_authority(vault: Vault) -> Authority:
    """The CA that signs."""
    found = signing(vault.read("ca.pem"), vault.read("ca.key"))
    if found is None:
        raise NoAuthorityError(
            f"{vault.folder}/ca.key belongs to no CA of ca.pem; put back the one that does"
        )
    return found


def _ca(vault: Vault, now: dt.datetime, *, days: int) -> Iterator[str]:
    if not vault.has("ca.key") and vault.has("ca.pem"):
        raise NoAuthorityError(
            f"{vault.folder}/ca.key is missing beside ca.pem; put it back, or move ca.pem away too "
            "and have every certificate made anew"
        )
    yield from new(vault, "ca.key", new_key)
    yield from new(vault, "ca.pem", lambda: new_ca(vault.read("ca.key"), now=now, days=days))


def _certificate(
    vault: Vault, leaf: Leaf, authority: Authority, now: dt.datetime, *, days: int
) -> Iterator[str]:
    stem = f"certificates/{leaf.stem}"
    if vault.has(f"{stem}.pem"):
        return
    yield from new(vault, f"{stem}.key", new_key)
    key = vault.read(f"{stem}.key")
    yield from new(vault, f"{stem}.pem", lambda: authority.issue(leaf, key, now=now, days=days))


def ssh_pair(vault: Vault, name: str) -> Iterator[str]:
    """An SSH key, and .pub beside it."""
    yield from new(vault, name, spelling.ssh_private)
    yield from new(vault, f"{name}.pub", lambda: spelling.ssh_public(vault.read(name)))


def sender_pair(vault: Vault, pem: str) -> Iterator[str]:
    """A sender's key, and its two other spellings beside it."""
    yield from new(vault, pem, spelling.new_pem)
    for name, spelt in spelling.spellings(pem).items():
        yield from new(vault, name, lambda spelt=spelt: spelt(vault.read(pem)))  # type: ignore[misc]


def _alerts(vault: Vault) -> Iterator[str]:
    """What alerts are signed with, and for the on-call tool its public half."""
    words = "secrets/alert-key"
    yield from new(vault, words, spelling.new_words)
    first = vault.read(words).split()[:1]
    for public in (spelling.public(word) for word in first if word.startswith(PRIVATE)):
        yield from new(vault, "people/alert-key.pub", lambda public=public: public)  # type: ignore[misc]


def _viewer(vault: Vault) -> Iterator[str]:
    """A password for people, its hash for the pages; none where somebody put another one there."""
    from webhook.pages.credentials import password_hash

    if vault.has("secrets/viewer-password") or vault.has("secrets/viewer-tokens"):
        return
    plain = "people/viewer-password"
    yield from new(vault, plain, lambda: secrets.token_urlsafe(15))
    yield from new(
        vault, "secrets/viewer-password", lambda: password_hash(vault.read(plain).strip())
    )


def new(vault: Vault, name: str, text: Callable[[], str]) -> Iterator[str]:
    """A file that is not there yet; yields its name where it was made."""
    if not vault.has(name):
        vault.create(name, text().rstrip("\n") + "\n")
        yield name
