"""Who said it: Standard Webhooks signatures, without which any host could announce a leader.

The signed content is `id.timestamp.body`. `v1` is HMAC-SHA256 with a shared secret (`whsec_`),
`v1a` Ed25519 with a key pair (`whsk_` signs, `whpk_` verifies). A header may hold several
signatures and a sender several keys, so that keys rotate without a gap.
Source: the Standard Webhooks specification 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

SECRET, PUBLIC, PRIVATE = "whsec_", "whpk_", "whsk_"
MAX_SIGNATURES = 8
"""Signatures looked at in one header: a forger may not buy more of our time than that."""

_SEED, _PUBLIC_BYTES, _SIGNATURE = 32, 32, 64
_SECRET_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is signed: the headers `webhook-id` and `webhook-timestamp` as sent, and the body."""

    id: str
    timestamp: str
    body: bytes

    @property
    def content(self) -> bytes:
        """The bytes that a signature covers."""
        return f"{self.id}.{self.timestamp}.".encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyKeys:
    """What one sender's signatures are held against. Shows no secret when printed."""

    public: tuple[Ed25519PublicKey, ...] = ()
    secrets: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A sender's own pair as text: `private` (whsk_…) stays with it, `public` (whpk_…) is told."""

    private: str = field(repr=False)
    public: str


def verify(message: Message, signatures: str, keys: VerifyKeys) -> bool:
    """True where one of the header's signatures fits one of the keys. Unknown versions are skipped."""
    fits, content = False, message.content
    for version, signature in _signatures(signatures):
        if version == "v1":
            fits |= _fits_secret(content, signature, keys.secrets)
        elif version == "v1a":
            fits |= _fits_public(content, signature, keys.public)
    return fits


def _signatures(header: str) -> Iterator[tuple[str, bytes]]:
    for item in header.split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]:
        version, comma, text = item.partition(",")
        signature = _decoded(text)
        if comma and signature is not None:
            yield version, signature


def _fits_secret(content: bytes, signature: bytes, secrets: Sequence[bytes]) -> bool:
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(hmac.digest(secret, content, hashlib.sha256), signature)
    return fits


def _fits_public(content: bytes, signature: bytes, keys: Sequence[Ed25519PublicKey]) -> bool:
    """By libsodium, which needs half of OpenSSL's time: whoever forges an event buys this much of ours.
    It takes the signature's bytes from the front of what it is given, so there must be as many as it takes."""
    if len(signature) != _SIGNATURE:
        return False
    fits, signed = False, signature + content
    for key in keys:
        try:
            crypto_sign_open(signed, key.public_bytes_raw())
        except BadSignatureError:
            continue
        fits = True
    return fits


def sign(message: Message, key: str) -> str:
    """One signature for the header, by a `whsk_` (v1a) or `whsec_` (v1) key; ValueError if neither."""
    if key.startswith(PRIVATE):
        signature = private_key(key).sign(message.content)
        return "v1a," + base64.b64encode(signature).decode()
    digest = hmac.digest(secret_bytes(key), message.content, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


def headers(message: Message, keys: Sequence[str]) -> Mapping[str, str]:
    """What travels beside the body: one signature for each key, for they rotate. ValueError where one
    is neither `whsk_` nor `whsec_`."""
    return {
        "webhook-id": message.id,
        "webhook-timestamp": message.timestamp,
        "webhook-signature": " ".join(sign(message, key) for key in keys),
    }


def demand_keys(keys: Sequence[str], *, remedy: str) -> None:
    """ValueError where one cannot sign: at a process' start, not at the first failover."""
    for key in keys:
        try:
            sign(Message(id="-", timestamp="0", body=b""), key)
        except ValueError as error:
            raise ValueError(f"{error}; {remedy}") from None


def public_key(text: str) -> Ed25519PublicKey:
    """Read `whpk_` and base64 of the 32 raw bytes; else ValueError."""
    raw = _key_bytes(text, PUBLIC)
    if len(raw) != _PUBLIC_BYTES:
        raise ValueError(f"{PUBLIC}… must hold 32 bytes in base64, not {len(raw)}")
    return Ed25519PublicKey.from_public_bytes(raw)


def private_key(text: str) -> Ed25519PrivateKey:
    """Read `whsk_` and base64 of a 32 byte seed, or of seed and public key (64); else ValueError."""
    raw = _key_bytes(text, PRIVATE)
    if len(raw) not in {_SEED, _SEED + _PUBLIC_BYTES}:
        raise ValueError(f"{PRIVATE}… must hold 32 or 64 bytes in base64, not {len(raw)}")
    key = Ed25519PrivateKey.from_private_bytes(raw[:_SEED])
    if raw[_SEED:] not in {b"", key.public_key().public_bytes_raw()}:
        raise ValueError(f"{PRIVATE}… holds a public key that is not its seed's; make a new pair")
    return key


def secret_bytes(text: str) -> bytes:
    """Read `whsec_` and base64 of 24 to 64 bytes; else ValueError."""
    raw = _key_bytes(text, SECRET)
    if len(raw) not in _SECRET_BYTES:
        raise ValueError(f"{SECRET}… must hold 24 to 64 bytes in base64, not {len(raw)}")
    return raw


def _key_bytes(text: str, prefix: str) -> bytes:
    raw = _decoded(text.removeprefix(prefix)) if text.startswith(prefix) else None
    if raw is None:
        raise ValueError(f"a key must read {prefix} followed by base64")
    return raw


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def key_pair(seed: bytes) -> KeyPair:
    """The pair that grows from 32 random bytes, which the caller draws."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return KeyPair(
        private=PRIVATE + base64.b64encode(seed).decode(),
        public=PUBLIC + base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    )


def secret_text(random: bytes) -> str:
    """The `whsec_` text of 24 to 64 random bytes, which the caller draws; else ValueError."""
    text = SECRET + base64.b64encode(random).decode()
    secret_bytes(text)
    return text
