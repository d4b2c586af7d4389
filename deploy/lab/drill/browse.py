"""The pages as somebody who has signed in reads them: what they show is searched for secrets too."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable, Mapping
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from deploy.lab import layout
from deploy.lab.answers import NO_ANSWER
from deploy.lab.drill.history import UNREAD
from deploy.lab.lab import Lab
from deploy.lab.network import standing_in


def read_pages(lab: Lab, incidents: Iterable[str]) -> Mapping[str, str]:
    """The front page and each incident's, by name, as they are now; what cannot be read says why."""
    paths = ["/", f"/clusters/{layout.CLUSTER}", *(f"/incidents/{one}" for one in incidents)]
    with standing_in(lab.machines["control"]):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        secret = urlencode({"secret": lab.secrets.viewer}).encode()
        return {
            "the page /login": _read(browser, "/login", secret),
            **{f"the page {path}": _read(browser, path) for path in paths},
        }


def _read(browser: urllib.request.OpenerDirector, path: str, form: bytes | None = None) -> str:
    try:
        with browser.open(f"{layout.PAGES}{path}", form, timeout=30) as answer:
            return str(answer.read().decode())
    except NO_ANSWER as error:
        return f"{UNREAD}: {error}"
