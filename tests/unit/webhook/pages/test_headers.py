"""What every answer tells a browser, and what is kept for good."""

from __future__ import annotations

import re

import pytest

from tests.unit.webhook.pages.desk import Visit

STRICT = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PATHS = [
    "/",
    "/clusters/shop",
    "/incidents/shop-2",
    "/incidents/shop-2/report",
    "/none",
    "/login",
    "/healthz",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_strict(visit: Visit, path: str) -> None:
    """Nothing inline, nothing from elsewhere, no frame, nothing kept, nothing guessed."""
    visit.fail_over()
    answer = visit.client.get(path)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy == STRICT
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        re.search(
            r"<style|\sstyle=|\son\w+=|<script(?! src)|https?://(?!www\.w3\.org)", answer.text
        )
        is None
    )


def test_assets_are_kept_for_good_under_their_contents_name(visit: Visit) -> None:
    """Another name is unknown."""
    page = visit.page("/")
    found = re.findall(r'"(/static/[^"]+)"', page)
    assert len(found) == 3
    for path in found:
        answer = visit.client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
    assert visit.client.get("/static/pages.css").status_code == 404
    assert visit.client.get("/static/../app.py").status_code == 404
