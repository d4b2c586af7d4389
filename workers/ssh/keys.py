"""Whom we are and whom we trust: our own key from one file, a host's keys from the inventory."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko import PKey, SSHException
from paramiko.pkey import UnknownKeyType

RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
MAX_PATH = 400
_REMEDY = "write what ssh-keyscan prints behind the name"


class BadKeyError(ValueError):
    """A key cannot be used; the text says which and what to do."""


def load_key(path: Path) -> PKey:
    """Our private key (Ed25519, ECDSA or RSA, without a passphrase) from exactly this file."""
    try:
        return PKey.from_path(path)
    except OSError as error:
        raise BadKeyError(
            f"{shown(path)} cannot be read: {error.strerror}; name the file of pgbaton's private key"
        ) from error
    except (SSHException, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKeyError(
            f"{shown(path)} is no usable private key; make one: ssh-keygen -t ed25519 -N '' -f FILE"
        ) from error


def shown(path: Path) -> str:
    """The path as it may be told. Somebody may have put the key itself where its path belongs."""
    text = str(path)
    looks = path.is_absolute() and text.isprintable() and len(text) < MAX_PATH
    return text if looks else "what the secret ssh-key names (no absolute path)"


def pinned_keys(fields: Iterable[str]) -> tuple[PKey, ...]:
    """Host keys as known_hosts writes them, `ssh-ed25519 AAAA…`; BadKeyError names the bad one."""
    return tuple(_pinned(field) for field in fields)


def _pinned(field: str) -> PKey:
    kind, _, rest = field.strip().partition(" ")
    try:
        raw = b64decode(rest.split()[0], validate=True)
        key = PKey.from_type_string(kind, raw)
    except (IndexError, SSHException, UnknownKeyType, ValueError) as error:
        raise BadKeyError(f"host key {field[:40]!r} is none; {_REMEDY}") from error
    # paramiko pads a key that lost its end: another key, which no host has.
    if key.asbytes() != raw:
        raise BadKeyError(f"host key {field[:40]!r} is cut; {_REMEDY}")
    return key


def key_types(pinned: Iterable[PKey]) -> tuple[str, ...]:
    """The host key algorithms to negotiate: those of the pinned keys, and no other."""
    names = dict.fromkeys(key.get_name() for key in pinned)
    return tuple(t for name in names for t in (RSA_SIGNATURES if name == "ssh-rsa" else (name,)))
