"""Who has signed in: a signed cookie that scripts cannot read, other sites cannot send, and time ends."""

from __future__ import annotations

import hmac
import secrets
from ipaddress import ip_address

from flask import Flask, Request, request, session
from flask.sessions import SecureCookieSessionInterface

LASTS = 12 * 3600
"""Seconds."""


class Cookies(SecureCookieSessionInterface):
    """Flask's own signed cookie; Secure unless the request came over plain http to this very machine."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        return not plain_loopback(request)


def plain_loopback(asked: Request) -> bool:
    """Plain http from this machine to a name of its own: there is no wire on which a cookie could be
    read, and no certificate."""
    return asked.scheme == "http" and _loopback(asked.remote_addr) and _loopback(_host(asked))


def _host(asked: Request) -> str:
    host = asked.host
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def set_up_sessions(app: Flask, key: bytes) -> None:
    """Sign with a key derived from the credentials."""
    app.secret_key = key
    app.session_interface = Cookies()
    app.config.update(
        SESSION_COOKIE_NAME="pgbaton_pages",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LASTS,
    )


def begin(now: float) -> None:
    """Sign in: a session that ends by itself, with a word against forged forms."""
    session.clear()
    session.permanent = True
    session["until"] = now + LASTS
    session["word"] = secrets.token_urlsafe(18)


def until() -> float:
    """When the session ends, in seconds since 1970; 0 for none."""
    ends = session.get("until", 0.0)
    return ends if isinstance(ends, float) else 0.0


def end() -> None:
    """Sign out."""
    session.clear()


def word() -> str:
    """What a form must send back; empty for a stranger, and for a script with a token."""
    return str(session.get("word", ""))


def is_own_form(sent: str) -> bool:
    """True where a form of ours, shown in this session, was sent."""
    return bool(word()) and hmac.compare_digest(word().encode(), sent.encode())
