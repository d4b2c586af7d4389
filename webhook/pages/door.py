"""The door: nothing behind it is shown to strangers, who get a form or a 401 and no word more."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Flask, Response, abort, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Plain

from webhook.pages import session
from webhook.pages.attempts import Attempts
from webhook.pages.ports import Ports

log = structlog.get_logger(__name__)

OPEN = frozenset({"healthz", "login", "sign_in"})
"""Endpoints for everybody; the form's stylesheet and icon too."""

LONGEST = 1_000
"""Characters of a password that are looked at."""


def add_door(app: Flask, ports: Ports) -> None:
    """Ask for credentials before everything; /login, /logout."""
    session.set_up_sessions(app, ports.credentials.key)
    attempts = Attempts()
    app.before_request(lambda: _guard(ports))
    app.add_url_rule("/login", "login", _form, methods=["GET"])
    app.add_url_rule("/login", "sign_in", lambda: _sign_in(ports, attempts), methods=["POST"])
    app.add_url_rule("/logout", "logout", _sign_out, methods=["POST"])


def _guard(ports: Ports) -> Plain | None:
    g.until = 0.0
    if request.endpoint in OPEN or _is_plain_asset():
        return None
    if _bearer(ports):
        g.until = ports.now() + session.LASTS
        return None
    if session.until() > ports.now():
        g.until = session.until()
        return None
    return _turned_away()


def _is_plain_asset() -> bool:
    return request.endpoint == "asset" and request.path.endswith((".css", ".svg"))


def _bearer(ports: Ports) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and ports.credentials.has_token(token.strip()[:LONGEST])


def _turned_away() -> Plain:
    """A person with a browser gets the form; scripts, streams and fragments a bare 401."""
    wants_page = "text/html" in request.headers.get("Accept", "") and request.method == "GET"
    if wants_page and "Authorization" not in request.headers and not _is_fetched():
        here = request.full_path.rstrip("?")
        asked = "" if here == "/" else "?" + urlencode({"next": here})
        return redirect(f"/login{asked}", code=303)
    answer = Response("Sign in, or send a token.\n", status=401, mimetype="text/plain")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _is_fetched() -> bool:
    """What a page's script asks for, whatever it accepts: it would follow a redirect, and put the form
    where the page's parts belong."""
    endpoint = request.endpoint or ""
    return endpoint == "live" or endpoint.endswith("_fragment")


def _form(mistake: str = "", *, status: int = 200) -> Response:
    page = render_template(
        "login.html",
        mistake=mistake,
        next=local_path(request.values.get("next", "")),
        insecure=request.scheme == "http" and not session.plain_loopback(request),
    )
    return make_response(page, status)


def _sign_in(ports: Ports, attempts: Attempts) -> Plain:
    if _from_elsewhere(ports):
        abort(403)
    said = request.form.get("secret", "")[:LONGEST]
    token = ports.credentials.has_token(said)  # 256 bits: nobody guesses one, so nobody is slowed
    wait = 0 if token else attempts.take(request.remote_addr or "", now=ports.monotonic())
    if wait:
        answer = _form(f"Too many tries. Wait {wait} s and try again.", status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    if not (ports.credentials.has_password(said) or token):
        log.warning("pages.refused", address=request.remote_addr)
        return _form("That is no password or token of these pages.", status=401)
    session.begin(ports.now())
    return redirect(local_path(request.form.get("next", "")), code=303)


def _from_elsewhere(ports: Ports) -> bool:
    """A form of another site would sign people in as somebody whom they do not know."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return True
    hosts = {request.host, urlsplit(ports.inventory.pages.url or "").netloc}
    return origin is not None and urlsplit(origin).netloc not in hosts - {""}


def _sign_out() -> Plain:
    if not session.is_own_form(request.form.get("word", "")):
        abort(403)
    session.end()
    return redirect("/login", code=303)


def local_path(text: str) -> str:
    """Where to go after signing in: a path of these pages, whatever else was asked for. A browser reads
    two slashes, of either kind, as another host, and takes tabs and line breaks out first."""
    return text if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", text) else "/"
