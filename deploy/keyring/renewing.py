"""Certificates issued anew, with new keys, each in steps that a reader can follow at any moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from cryptography.x509 import Certificate

from deploy.keyring.authority import (
    Authority,
    certificates,
    new_ca,
    new_key,
    pem,
    signed_by,
    signing,
)
from deploy.keyring.leaf import Leaf
from deploy.keyring.make import new, the_authority
from deploy.keyring.mending import mended, settle
from deploy.keyring.turning import OutOfTurnError
from deploy.keyring.vault import Vault
from deploy.keyring.wanted import Wanted


def renew(vault: Vault, leaves: Iterable[Leaf], now: dt.datetime, *, days: int) -> Iterator[str]:
    """Issue these anew from the CA that signs; yields each when it is done."""
    mended(vault)
    authority = the_authority(vault)
    for leaf in leaves:
        _renew(vault, leaf, authority, now, days=days)
        yield leaf.stem


def _renew(vault: Vault, leaf: Leaf, authority: Authority, now: dt.datetime, *, days: int) -> None:
    """The certificate in next/ is the moment from which the new pair counts (`Keyring.certificate`)."""
    ahead, key = f"next/certificates/{leaf.stem}", new_key()
    vault.replace(f"{ahead}.key", key)
    vault.replace(f"{ahead}.pem", authority.issue(leaf, key, now=now, days=days))
    settle(vault, leaf.stem)


def behind(vault: Vault, leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """Those whose certificate the signing CA did not sign."""
    authority = the_authority(vault).cert
    return tuple(leaf for leaf in leaves if not _signed(vault, leaf, authority))


def _signed(vault: Vault, leaf: Leaf, authority: Certificate) -> bool:
    name = f"certificates/{leaf.stem}.pem"
    return vault.has(name) and signed_by(certificates(vault.read(name))[0], [authority])


def rotate_ca(vault: Vault, asked: Wanted, now: dt.datetime) -> None:
    """A second CA joins those that are trusted; the first one goes on signing. Raises OutOfTurnError."""
    mended(vault)
    the_authority(vault)  # one that signs no more could not be followed by another
    bundle = vault.read("ca.pem")
    if not vault.has("next/ca.key") and len(certificates(bundle)) > 1:
        raise OutOfTurnError(
            "the last rotation of the CA has not ended: pgbaton keys switch ca, push, "
            "then pgbaton keys retire ca"
        )
    for _ in new(vault, "next/ca.key", new_key):
        pass
    key = vault.read("next/ca.key")
    if signing(bundle, key) is None:
        vault.replace("ca.pem", bundle + new_ca(key, now=now, days=asked.ca_days))


def switch_ca(vault: Vault, asked: Wanted, now: dt.datetime) -> Iterator[str]:
    """The second CA signs from now on, and signs every certificate anew. Raises OutOfTurnError.

    ca.pem stays as it is to the byte: whoever reads it only at its start need not start again.
    """
    mended(vault)
    bundle = vault.read("ca.pem")
    if vault.has("next/ca.key"):
        if signing(bundle, vault.read("next/ca.key")) is None:
            raise OutOfTurnError(
                "announcing it was cut: pgbaton keys rotate ca once more, then push"
            )
        vault.move("next/ca.key", "ca.key")
    elif len(certificates(bundle)) == 1:
        raise OutOfTurnError("no second CA is announced: pgbaton keys rotate ca, then push")
    yield from renew(vault, behind(vault, asked.leaves), now, days=asked.certificate_days)


def retire_ca(vault: Vault, asked: Wanted) -> None:
    """Only the CA that signs is trusted. Raises OutOfTurnError while a certificate needs another one."""
    mended(vault)
    if vault.has("next/ca.key"):
        raise OutOfTurnError("the former CA still signs: pgbaton keys switch ca, then push")
    if len(certificates(vault.read("ca.pem"))) == 1:
        raise OutOfTurnError("the CA does not rotate: nothing is left to retire")
    left = behind(vault, asked.leaves)
    if left:
        stems = ", ".join(leaf.stem for leaf in left[:3]) + (", …" if left[3:] else "")
        raise OutOfTurnError(
            f"{len(left)} certificates are still signed by the CA that goes ({stems}): "
            "pgbaton keys switch ca, then push"
        )
    vault.replace("ca.pem", pem(the_authority(vault).cert))
