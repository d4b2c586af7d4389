"""Who may look: passwords and tokens, of which only hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.security import check_password_hash, generate_password_hash

METHOD = "scrypt:32768:8:1"
"""32 MB and some 60 ms a try: slow for whoever guesses, not for whoever knows."""

MISSING = (
    "nobody could look at the pages: put what `pgbaton keys viewer` prints into the secret "
    "viewer-password (PGBATON_VIEWER_PASSWORD, or a credential) or viewer-tokens"
)
_SCRYPT = re.compile(r"scrypt:\d{1,7}:\d{1,3}:\d{1,3}\$[^\s$]+\$[0-9a-f]{128}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Hashes of passwords (werkzeug's scrypt) and of tokens (SHA-256, hex)."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    tokens: tuple[str, ...] = field(default=(), repr=False)

    @property
    def key(self) -> bytes:
        """What sessions are signed with: another password or token, and all of them end."""
        text = "\n".join(("pgbaton pages", *sorted(self.passwords), *sorted(self.tokens)))
        return hashlib.sha256(text.encode()).digest()

    def has_token(self, text: str) -> bool:
        """True for a token; all are compared, each in constant time."""
        digest = token_hash(text)
        return sum(hmac.compare_digest(digest, known) for known in self.tokens) > 0

    def has_password(self, text: str) -> bool:
        """True for a password; all are tried. Where none is known, a try takes as long all the same."""
        known = self.passwords or (_NOBODY,)
        return sum(check_password_hash(one, text) for one in known) > 0


_NOBODY = f"{METHOD}${'0' * 16}${'0' * 128}"
"""The hash of no password: scrypt's answer is never all zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCredentials:
    """All that is wrong with the secrets, none of them shown."""

    mistakes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.mistakes)


def read_credentials(
    passwords: Sequence[str], tokens: Sequence[str]
) -> Credentials | BadCredentials:
    """The secrets' words as credentials; without any there is nobody to look."""
    mistakes = [
        *_wrong("viewer-password", passwords, _SCRYPT),
        *_wrong("viewer-tokens", tokens, _SHA256),
    ]
    if mistakes or not (passwords or tokens):
        return BadCredentials(mistakes=tuple(mistakes) or (MISSING,))
    return Credentials(passwords=tuple(passwords), tokens=tuple(tokens))


def _wrong(secret: str, words: Sequence[str], shape: re.Pattern[str]) -> list[str]:
    hint = "replace it by what `pgbaton keys viewer` prints (in a shell, between single quotes)"
    return [
        f"secret {secret}: word {number} is no hash; {hint}"
        for number, word in enumerate(words, 1)
        if shape.fullmatch(word) is None
    ]


def password_hash(password: str) -> str:
    """What the secret viewer-password holds of a password."""
    return generate_password_hash(password, method=METHOD)


def token_hash(token: str) -> str:
    """What the secret viewer-tokens holds of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A token of 256 random bits: long enough that a plain hash keeps it."""
    return secrets.token_urlsafe(32)
