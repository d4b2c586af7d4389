"""Linode's API as it should not be: refusing, lying, dripping, silent, or somebody else's."""

import pytest

from tests.contract.linode.api_server import (
    Answer,
    cut,
    drip,
    drop,
    errors,
    page,
    serving,
    silence,
    status,
)
from tests.contract.linode.questions import QUESTIONS, TOKEN, refused
from workers.linode import Api

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = {
    "id": 1,
    "label": "shop-front",
    "region": "us-ord",
    "client_conn_throttle": 0,
    "port": 5432,
    "address": "192.168.1.11:5432",
    "mode": "accept",
    "status": "UP",
    "weight": 50,
}
"""Enough for a NodeBalancer, a configuration and a node at once."""

LIES: dict[str, tuple[Answer, str]] = {
    "html": (status(200, b"<html>Sorry</html>"), "answers what is not JSON"),
    "empty": (status(200), "answers what is not JSON"),
    "half": (cut(200, {"data": [], "pages": 1}), "breaks the connection off"),
    "no-content": (status(204), "answers JSON, but no object"),
    "a-list": (status(200, []), "answers JSON, but no object"),
    "not-utf-8": (status(200, b"\xff\xfe{"), "answers what is not JSON"),
    "very-deep": (status(200, b"[" * 100_000), "answers what Linode never would"),
    "not-gzip": (status(200, b"junk", content_encoding="gzip"), "answers what is not HTTP"),
    "not-http": (lambda wire: wire.sendall(b"SSH-2.0-OpenSSH\r\n"), "answers what is not HTTP"),
    "elsewhere": (status(302, location="http://127.0.0.1:1/"), "sends us elsewhere"),
    "dropped": (drop, "breaks the connection off"),
    "errors-are-words": (status(500, {"errors": ["why"]}), "answers what Linode never would"),
    "errors-lack-reason": (status(400, {"errors": [{}]}), "answers what Linode never would"),
    "error-is-a-number": (status(500, 5), "answers what Linode never would"),
}
NOS: dict[str, tuple[Answer, int, str]] = {
    "400": (errors(400, "Must be 1-255"), 400, "answers 400: Must be 1-255"),
    "401": (errors(401, "Invalid Token"), 401, "answers 401: Invalid Token"),
    "403": (errors(403, "Unauthorized"), 403, "answers 403: Unauthorized"),
    "404": (errors(404, "Not found"), 404, "answers 404: Not found"),
    "429": (errors(429, "Whoa"), 429, "answers 429: too many requests with this token"),
    "500": (errors(500, "Oh no"), 500, "answers 500: Oh no"),
    "502": (status(502, b"<html>Bad Gateway</html>"), 502, "answers 502"),
    "503": (status(503), 503, "answers 503"),
}
NEVERS: dict[str, Answer] = {
    "silent": silence,
    "dripping-head": drip(b"HTTP/1.1 200 OK\r\nX-More: ", b"a"),
    "dripping-headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-More: a\r\n"),
    "dripping-body": drip(HEAD + b"Content-Length: 9999\r\n\r\n", b" "),
    "dripping-chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("lie", LIES)
def test_what_linode_would_not_answer_is_said(lie: str, question: str) -> None:
    """Something else in Linode's place is never taken for an answer."""
    answer, reason = LIES[lie]
    with serving(answer) as served:
        told = refused(Api(served.url, token=TOKEN), question)
        assert (told.reason, told.status) == (f"{served.place} {reason}", None)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("no", NOS)
def test_a_no_is_told_in_linodes_words(no: str, question: str) -> None:
    """With the status; and asked once."""
    answer, code, reason = NOS[no]
    with serving(answer) as served:
        told = refused(Api(served.url, token=TOKEN), question)
        assert (told.reason, told.status) == (f"{served.place} {reason}", code)
        assert len(served.asked) == 1


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("never", NEVERS)
def test_an_answer_that_never_comes_costs_no_more_than_allowed(never: str, question: str) -> None:
    """A fifth of a second is a fifth of a second, whatever drips in meanwhile."""
    with serving(NEVERS[never]) as served:
        told = refused(Api(served.url, token=TOKEN), question, timeout=0.2)
        assert (told.reason, told.status) == (f"{served.place} gives no answer", None)


@pytest.mark.parametrize("member", WHOLE)
@pytest.mark.parametrize("instead", [None, []], ids=["null", "a-list"])
def test_a_member_that_is_no_member_is_named(member: str, instead: object) -> None:
    """What lacks something is never read as if it did not: least of all as "there is none"."""
    row = {**WHOLE, member: instead}
    with serving(page(row)) as served:
        told = refused(Api(served.url, token=TOKEN))
        assert told.reason.startswith(f"Linode's answer lacks {member}, or has it in another form")


@pytest.mark.parametrize("member", WHOLE)
def test_a_member_that_is_missing_is_named(member: str) -> None:
    """The same where it does not stand there at all."""
    row = {name: value for name, value in WHOLE.items() if name != member}
    with serving(page(row)) as served:
        told = refused(Api(served.url, token=TOKEN))
        assert told.reason.startswith(f"Linode's answer lacks {member}, or has it in another form")


def test_a_setting_that_cannot_be_read_is_not_written_over() -> None:
    """Interval and timeout go together: where the other one is unknown, neither is set."""
    with serving(status(200, {"check_interval": 5})) as served:
        told = refused(Api(served.url, token=TOKEN), "set a check")
        assert told.reason.startswith("Linode's answer lacks check_timeout")
        assert served.asked == ["GET /nodebalancers/1/configs/2"]
