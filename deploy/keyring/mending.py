"""Ends what a cut run began, before anything new is begun."""

from __future__ import annotations

from deploy.keyring.vault import Vault


def mended(vault: Vault) -> None:
    """Renewals whose certificate is there are brought to their end; one without it never happened."""
    for stem in list(vault.names("next/certificates", ".pem")):
        settle(vault, stem)
    for stem in list(vault.names("next/certificates", ".key")):
        vault.remove(f"next/certificates/{stem}.key")


def settle(vault: Vault, stem: str) -> None:
    """Put a renewed pair into its place, key first: readers follow every step (`Keyring.certificate`)."""
    for ending in ("key", "pem"):
        name = f"certificates/{stem}.{ending}"
        if vault.has(f"next/{name}"):
            vault.move(f"next/{name}", name)
