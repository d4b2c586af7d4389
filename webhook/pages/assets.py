"""The one stylesheet, the one script and the icon: with their content's hash in the address, so that they are kept for good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files

from flask import Flask, Response, abort

from jobs.picture import PALETTE
from webhook.report import stylesheet

FILES = {
    "pages.css": "text/css",
    "report.css": "text/css",
    "pages.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
FOR_GOOD = "public, max-age=31536000, immutable"


def add_assets(app: Flask) -> Callable[[str], str]:
    """Serve them below /static, and give templates `asset(name)`: its address, which is returned too."""
    texts = {name: _text(name) for name in FILES}
    names = {_address(name, text): name for name, text in texts.items()}
    paths = {name: f"/static/{address}" for address, name in names.items()}

    def asset(address: str) -> Response:
        name = names.get(address)
        if name is None:
            abort(404)
        answer = Response(texts[name], mimetype=FILES[name])
        answer.headers["Cache-Control"] = FOR_GOOD
        return answer

    app.add_url_rule("/static/<address>", "asset", asset)
    app.add_template_global(paths.__getitem__, "asset")
    return paths.__getitem__


def _text(name: str) -> bytes:
    if name == "report.css":
        return stylesheet().encode()
    text = (files("webhook.pages") / "static" / name).read_bytes()
    return text + PALETTE.encode() if name == "pages.css" else text


def _address(name: str, text: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(text).hexdigest()[:12]}.{suffix}"
