import io
import json
from typing import Any

import pytest

from tests.unit.webhook.ear import NOW, Ear, envelope, pair, signed

DEEP = b'{"source":"db1","data":' * 400 + b"1" + b"}" * 400


def assert_refused(answer: Any, status: int, reason: str, field: str | None = None) -> None:
    """A refusal is a problem document that says what to change."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = json.loads(answer.data)
    assert problem["type"] == f"/problems/{reason}"
    assert problem["status"] == status
    assert len(problem["title"]) > 5
    assert len(problem["detail"]) > 10
    assert isinstance(problem["retry"], bool)
    if field is not None:
        assert problem["field"] == field


@pytest.mark.parametrize(
    ("told", "status", "reason", "field"),
    [
        ({"headers": {"content-type": "application/json"}}, 415, "content-type", "content-type"),
        ({"headers": {"content-type": None}}, 415, "content-type", "content-type"),
        (
            {"headers": {"content-type": "application/cloudevents-batch+json"}},
            415,
            "content-type",
            "content-type",
        ),
        ({"headers": {"content-encoding": "gzip"}}, 415, "content-type", "content-encoding"),
        ({"headers": {"webhook-id": None}}, 401, "unsigned", "webhook-id"),
        ({"headers": {"webhook-timestamp": None}}, 401, "unsigned", "webhook-timestamp"),
        ({"headers": {"webhook-signature": None}}, 401, "unsigned", "webhook-signature"),
        ({"headers": {"webhook-signature": ""}}, 401, "unsigned", "webhook-signature"),
        ({"headers": {"webhook-id": "a.b"}}, 400, "bad-header", "webhook-id"),
        ({"headers": {"webhook-id": "a b"}}, 400, "bad-header", "webhook-id"),
        ({"headers": {"webhook-id": "x" * 129}}, 400, "bad-header", "webhook-id"),
        ({"headers": {"webhook-timestamp": "now"}}, 400, "bad-header", "webhook-timestamp"),
        ({"headers": {"webhook-timestamp": "-1"}}, 400, "bad-header", "webhook-timestamp"),
        ({"headers": {"webhook-timestamp": "1e9"}}, 400, "bad-header", "webhook-timestamp"),
        ({"headers": {"webhook-timestamp": "١٨"}}, 400, "bad-header", "webhook-timestamp"),
        ({"headers": {"webhook-timestamp": "9" * 13}}, 400, "bad-header", "webhook-timestamp"),
        ({"headers": {"webhook-signature": "v1a,AAAA"}}, 401, "bad-signature", None),
        ({"headers": {"webhook-signature": "v1,!!! , v1a"}}, 401, "bad-signature", None),
        ({"key": pair().private}, 401, "bad-signature", None),
        ({"source": "nobody"}, 401, "bad-signature", None),
        ({"source": "old"}, 401, "bad-signature", None),
        ({"source": ...}, 400, "bad-body", "source"),
        ({"source": {"a": 1}}, 400, "bad-body", "source"),
        ({"at": NOW - 301}, 401, "stale-timestamp", "webhook-timestamp"),
        ({"at": NOW + 301}, 401, "stale-timestamp", "webhook-timestamp"),
        ({"specversion": "0.3"}, 400, "bad-event", "specversion"),
        ({"type": "com.example.x"}, 400, "bad-event", "type"),
        ({"subject": ...}, 400, "bad-event", "subject"),
        ({"data": {"role": []}}, 400, "bad-event", "data.role"),
        ({"data": "primary"}, 400, "bad-event", "data"),
        ({"subject": "nowhere"}, 404, "unknown-cluster", "subject"),
        ({"subject": "billing"}, 403, "foreign-cluster", "subject"),
        ({"data": {"a": "x" * 250, "b": "y" * 2000}}, 413, "too-large", None),
    ],
)
def test_a_refusal_says_why(
    ear: Ear, told: dict[str, Any], status: int, reason: str, field: str | None
) -> None:
    """Each kind of bad request has its status and its reason, and is recorded as no event."""
    assert_refused(ear.tell(**told), status, reason, field)
    assert ear.ledger.waiting_jobs() == []
    assert not [fact for fact in ear.heard() if fact["kind"] == "event"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "(body)"),
        (b"leader=pg2", "(body)"),
        (b'{"source":"db1"', "(body)"),
        (b'{"source":"db\xff"}', "(body)"),
        (b"\xef\xbb\xbf{}", "(body)"),
        (b'["db1"]', "(body)"),
        (b'"db1"', "(body)"),
        (b'{"source":"db1","source":"old"}', "source"),
        (b"[" * 1999, "(body)"),
        (b'{"source":' + b"9" * 1900 + b"}", "source"),
    ],
)
def test_a_body_that_is_no_event(ear: Ear, body: bytes, field: str) -> None:
    """Bytes that do not even name a sender are 400, however well they are signed."""
    answer = ear.post(body, signed("db1-1", body, ear.db1.private, NOW))
    assert_refused(answer, 400, "bad-body", field)


def test_deep_nesting_is_refused(ear: Ear) -> None:
    """A body that nests deeper than any event is a 400 or a 413, never an error of ours."""
    answer = ear.post(DEEP[:1999], signed("db1-1", DEEP[:1999], ear.db1.private, NOW))
    assert answer.status_code == 400
    assert ear.post(DEEP, signed("db1-1", DEEP, ear.db1.private, NOW)).status_code == 413


def test_a_changed_body_is_refused(ear: Ear) -> None:
    """A signature covers the bytes of the body, not its meaning."""
    body = json.dumps(envelope()).encode()
    headers = signed("db1-1", body, ear.db1.private, NOW)
    assert_refused(ear.post(body.replace(b": ", b":"), headers), 401, "bad-signature")


def test_a_stranger_learns_nothing(ear: Ear) -> None:
    """An unknown sender and a bad signature get the very same answer."""
    unknown, wrong = ear.tell(source="nobody"), ear.tell(key=pair().private)
    assert unknown.data == wrong.data
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.headers["WWW-Authenticate"].startswith("StandardWebhooks")


def test_the_header_must_carry_the_events_own_id(ear: Ear) -> None:
    """Another id in the header would let one event be recorded many times."""
    body = json.dumps(envelope(id="db1-1")).encode()
    answer = ear.post(body, signed("db1-2", body, ear.db1.private, NOW))
    assert_refused(answer, 400, "id-mismatch", "id")


def test_a_length_that_lies_is_refused(ear: Ear) -> None:
    """A promise beyond the limit is refused before a byte is read, whatever comes."""
    body = json.dumps(envelope()).encode()
    headers = signed("db1-1", body, ear.db1.private, NOW)
    lie = {"CONTENT_LENGTH": "1000000"}
    answer = ear.client.post("/events", data=body, headers=headers, environ_overrides=lie)
    assert_refused(answer, 413, "too-large")
    shorter = {"CONTENT_LENGTH": str(len(body) + 7)}
    answer = ear.client.post("/events", data=body, headers=headers, environ_overrides=shorter)
    assert_refused(answer, 408, "incomplete-body")


def test_a_body_without_a_length_is_bounded(ear: Ear) -> None:
    """A chunked body is read up to the limit and no further."""
    body = json.dumps(envelope()).encode()
    headers = signed("db1-1", body, ear.db1.private, NOW)
    for sent, status in ((body, 202), (body + b" " * 5000, 413)):
        chunked = {"wsgi.input": io.BytesIO(sent), "wsgi.input_terminated": True}
        answer = ear.client.post("/events", headers=headers, environ_overrides=chunked)
        assert answer.status_code == status


def test_a_stale_timestamp_may_be_signed_again(ear: Ear) -> None:
    """A clock that is wrong is the sender's to mend, and the event may come again."""
    assert json.loads(ear.tell(at=NOW - 4000).data)["retry"] is True
    assert json.loads(ear.tell(key=pair().private).data)["retry"] is False


def test_too_many_events_have_to_wait(ear: Ear) -> None:
    """Beyond its rate a sender is told when to come back, and others are not touched."""
    for i in range(30):
        assert ear.tell(id=f"db1-{i}").status_code == 202
    answer = ear.tell(id="db1-30")
    assert_refused(answer, 429, "rate-limited")
    assert answer.headers["Retry-After"] == "2"
    assert ear.tell(source="old", key=ear.shared).status_code == 202
    ear.now += 2
    assert ear.tell(id="db1-30").status_code == 202


def test_forged_events_use_up_nobodys_rate(ear: Ear) -> None:
    """The rate counts what a sender said itself, not what others said in its name."""
    for _ in range(40):
        ear.tell(key=pair().private)
    assert ear.tell().status_code == 202


def test_nothing_is_accepted_while_redis_is_down(ear: Ear) -> None:
    """503 with Retry-After: the hook keeps the event, and nothing was half recorded."""
    ear.ledger.break_down()
    answer = ear.tell()
    assert_refused(answer, 503, "unrecorded")
    assert answer.headers["Retry-After"] == "1"
    assert json.loads(answer.data)["retry"] is True
    ear.ledger.recover()
    assert ear.tell().json == {"accepted": True, "repeated": False}
    labels = {"sender": "db1", "type": "pgbaton.patroni.callback"}
    assert ear.counter("pgbaton_events_total", result="unrecorded", **labels) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/events", 405), ("PUT", "/events", 405), ("GET", "/", 404), ("POST", "/event", 404)],
)
def test_other_addresses_answer_in_the_same_shape(
    ear: Ear, method: str, path: str, status: int
) -> None:
    """Flask's own refusals are problem documents too."""
    answer = ear.client.open(path, method=method)
    assert_refused(answer, status, f"http-{status}")
    assert ("POST" in answer.headers.get("Allow", "")) == (status == 405)


def test_an_error_of_ours_shows_nothing_inside(ear: Ear) -> None:
    """An exception nobody foresaw is a 500 problem that tells no internals, and may be retried."""
    ear.ledger.fail(1, "before", ZeroDivisionError("inner secret"))
    answer = ear.tell()
    assert_refused(answer, 500, "internal-error")
    assert b"inner secret" not in answer.data


def test_each_reason_is_explained_at_its_address(ear: Ear) -> None:
    """A problem's type leads to a page that says whether to try again."""
    assert b"Too many events" in ear.client.get("/problems/rate-limited").data
    assert ear.client.get("/problems/nonsense").status_code == 404
