"""What etcd's error texts mean for us: without it, "user name is empty" would be all one is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from jobs.ports import DcsUnavailable


class Denied(DcsUnavailable):
    """etcd answers, but our user may not read these keys."""


class Meaning(Enum):
    """What to do after an answer that is not 200."""

    ELSEWHERE = "another endpoint may know"
    STALE = "authenticate again, then repeat"
    AUTH_OFF = "etcd asks nobody for a password; go without"
    FINAL = "no endpoint and no repetition will help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An etcd error, read: its own text, and what it means."""

    meaning: Meaning
    text: str


_BY_TEXT = (
    ("invalid auth token", Meaning.STALE),
    ("revision of auth store is old", Meaning.STALE),
    ("authentication is not enabled", Meaning.AUTH_OFF),
    ("user name is empty", Meaning.STALE),
    ("CommonName", Meaning.FINAL),
    ("permission denied", Meaning.FINAL),
    ("authentication failed", Meaning.FINAL),
    ("no leader", Meaning.ELSEWHERE),
    ("request timed out", Meaning.ELSEWHERE),
    ("too many requests", Meaning.ELSEWHERE),
    ("leader changed", Meaning.ELSEWHERE),
    ("stopped", Meaning.ELSEWHERE),
)
_SHOWN = 500
_ELSEWHERE_STATUS = frozenset({404, 405, 408, 429})

_REMEDIES = (
    ("authentication failed", "correct pgbaton's etcd user and password"),
    (
        "no leader",
        "bring a majority of the etcd members back; until then nobody can know who leads",
    ),
    (
        "request timed out",
        "bring a majority of the etcd members back; until then nobody can know who leads",
    ),
)
_GATEWAY = (
    "check that the endpoints speak etcd v3 (3.4 or newer) with the JSON gateway on"
    " (--enable-grpc-gateway), and that TLS is used on both sides or on neither"
)


def read(status: int, body: bytes) -> Refusal:
    """An answer's status and body, understood; the text never holds what we sent."""
    text = _text(body) or f"HTTP status {status}"
    for fragment, meaning in _BY_TEXT:
        if fragment in text:
            return Refusal(meaning=meaning, text=text)
    elsewhere = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _ELSEWHERE_STATUS
    return Refusal(meaning=Meaning.ELSEWHERE if elsewhere else Meaning.FINAL, text=text)


def explain(text: str, *, certificate: bool) -> DcsUnavailable:
    """The error for people, from etcd's own words and how we had introduced ourselves."""
    return DcsUnavailable(reason=text, remedy=remedy(text, certificate=certificate))


def denied(text: str, *, user: str | None, ranges: str) -> Denied:
    """A missing permission, with the role that would lift it."""
    who = f"etcd user {user!r}" if user else "pgbaton's etcd user"
    return Denied(
        reason=f"{text}: {who} may not touch {ranges}",
        remedy=(
            "grant it a role that may: etcdctl role grant-permission ROLE"
            " --prefix=true read /NAMESPACE/SCOPE/ (the whole prefix, not single keys), then"
            " etcdctl user grant-role USER ROLE"
        ),
    )


def remedy(text: str, *, certificate: bool = False) -> str:
    if "CommonName" in text or ("user name is empty" in text and certificate):
        return _COMMON_NAME
    if "user name is empty" in text:
        return _WITHOUT_USER
    return next((advice for fragment, advice in _REMEDIES if fragment in text), _GATEWAY)


_WITHOUT_USER = "etcd's authentication is on: give pgbaton a user and a password"
_COMMON_NAME = (
    "etcd's JSON gateway takes no certificate's common name for a user, and with authentication on"
    " it turns away every certificate that has one: give pgbaton a certificate without a common"
    " name (names as SAN only), and a user and a password"
)


def _text(body: bytes) -> str:
    """etcd ≤ 3.5 writes `error` and `message`, 3.6 `message` alone; proxies write anything."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return _first_line(body)
    if not isinstance(found, dict):
        return ""
    found = found.get("error") if isinstance(found.get("error"), dict) else found
    text = found.get("message") or found.get("error") or ""
    return text[:_SHOWN] if isinstance(text, str) else ""


def _first_line(body: bytes) -> str:
    """Plain text, as etcd's gateway and proxies in front of it write it; never a whole page."""
    line = body.lstrip()[:_SHOWN].decode(errors="replace").partition("\n")[0].strip()
    return "" if line.startswith("<") else line
