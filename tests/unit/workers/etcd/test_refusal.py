"""etcd's own words, and what they mean for us."""

import json

import pytest

from workers.etcd import refusal
from workers.etcd.refusal import Meaning


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (401, "etcdserver: invalid auth token", Meaning.STALE),
        (400, "etcdserver: revision of auth store is old", Meaning.STALE),
        (400, "etcdserver: user name is empty", Meaning.STALE),
        (400, "etcdserver: authentication is not enabled", Meaning.AUTH_OFF),
        (403, "etcdserver: permission denied", Meaning.FINAL),
        (400, "etcdserver: authentication failed, invalid user ID or password", Meaning.FINAL),
        (503, "etcdserver: no leader", Meaning.ELSEWHERE),
        (503, "etcdserver: request timed out", Meaning.ELSEWHERE),
        (500, "etcdserver: leader changed", Meaning.ELSEWHERE),
        (429, "etcdserver: too many requests", Meaning.ELSEWHERE),
        (503, "something new", Meaning.ELSEWHERE),
        (404, "Not Found", Meaning.ELSEWHERE),
        (400, "etcdserver: too many operations in txn request", Meaning.FINAL),
    ],
)
@pytest.mark.parametrize("shape", ["error", "message"])
def test_each_error_has_a_meaning(status: int, text: str, meaning: Meaning, shape: str) -> None:
    """Whether to go elsewhere, authenticate, do without, or give up; in every etcd's shape."""
    understood = refusal.read(status, json.dumps({shape: text, "code": 5}).encode())
    assert understood == refusal.Refusal(meaning=meaning, text=text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "HTTP status 502"),
        (b"<html>\n<body>Bad Gateway", "HTTP status 502"),
        (b"upstream connect error\nmore", "upstream connect error"),
        (b"[1]", "HTTP status 502"),
        (b'{"error": {"message": "nested"}}', "nested"),
        (b'{"error": 5}', "HTTP status 502"),
    ],
)
def test_an_error_that_is_not_etcds_keeps_its_status(body: bytes, text: str) -> None:
    """A proxy in front of etcd may say anything; a page of HTML is nobody's message."""
    assert refusal.read(502, body).text == text


@pytest.mark.parametrize(
    ("text", "certificate", "remedy"),
    [
        ("etcdserver: user name is empty", False, "give pgbaton a user and a password"),
        ("etcdserver: user name is empty", True, "without a common name"),
        ("CommonName of client sending a request", True, "without a common name"),
        ("etcdserver: no leader", False, "majority"),
        ("etcdserver: request timed out", False, "majority"),
        ("etcdserver: authentication failed", False, "correct"),
        ("anything else", False, "grpc-gateway"),
    ],
)
def test_each_error_has_a_remedy(text: str, remedy: str, *, certificate: bool) -> None:
    """What a person can do about it."""
    explained = refusal.explain(text, certificate=certificate)
    assert explained.reason == text
    assert remedy in explained.remedy


def test_a_missing_permission_says_who_may_not_what() -> None:
    """User and keys in the reason, the commands in the remedy."""
    denied = refusal.denied("permission denied", user="baton", ranges="/service/main/leader")
    assert "'baton'" in denied.reason
    assert "/service/main/leader" in denied.reason
    assert "etcdctl user grant-role" in denied.remedy
