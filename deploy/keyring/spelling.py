"""Keys in the spellings that their readers want: OpenSSH's, OpenSSL's, Standard Webhooks'."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from jobs.signatures import KeyPair, key_pair, private_key, secret_text

_PKCS8 = (Encoding.PEM, PrivateFormat.PKCS8)


class UnusableKeyError(ValueError):
    """A file that should hold a key holds none; the message does not say what it holds."""


def ssh_private() -> str:
    """A new Ed25519 key as sshd and paramiko read it."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def ssh_public(private: str) -> str:
    """`ssh-ed25519 AAAA…`, as known_hosts and authorized_keys hold it."""
    try:
        key = load_ssh_private_key(private.encode(), None).public_key()
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise UnusableKeyError("is no SSH key without a passphrase") from None
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def new_pem() -> str:
    """A new sender's key as the hook reads it: PKCS#8, for openssl."""
    return private_key(new_words()).private_bytes(*_PKCS8, NoEncryption()).decode()


def new_words() -> str:
    """A new sender's key as our own processes read it (whsk_)."""
    return key_pair(secrets.token_bytes(32)).private


def public(words: str) -> str:
    """The public half (whpk_) of a sender's key (whsk_)."""
    try:
        return key_pair(private_key(words).private_bytes_raw()).public
    except ValueError:
        raise UnusableKeyError("is no key of a sender (whsk_…)") from None


def pem_public(pem: str) -> str:
    """The public half (whpk_) of a sender's PEM."""
    return _pair(pem).public


def new_shared() -> str:
    """A secret that sender and webhook share (whsec_)."""
    return secret_text(secrets.token_bytes(32))


def spellings(pem: str) -> Mapping[str, Callable[[str], str]]:
    """The files beside a sender's NAME.pem, each with what spells it."""
    path = Path(pem)
    return {
        str(path.with_name(f"sender-key-{path.stem}")): lambda text: _pair(text).private,
        str(path.with_suffix(".pub")): lambda text: _pair(text).public,
    }


def _pair(pem: str) -> KeyPair:
    key = load_pem(pem)
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKeyError("is no Ed25519 key")
    return key_pair(key.private_bytes_raw())


def load_pem(pem: str) -> PrivateKeyTypes:
    """A private key of any kind; UnusableKeyError where there is none."""
    try:
        return load_pem_private_key(pem.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise UnusableKeyError("is no private key without a passphrase") from None
