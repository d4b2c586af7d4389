import json
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhook.ear import NOW, Ear, envelope, signed

EAR = Ear()

HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "content-encoding",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "transfer-encoding",
            "content-length",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    | st.sampled_from(["application/cloudevents+json", str(int(NOW)), "v1a,AAAA", "v1,", "-1"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def quiet(headers: Mapping[str, str], body: bytes) -> None:
    """Whatever came, it was refused in good order, and the ledger heard of no event."""
    answer = EAR.post(body, headers)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"
    assert EAR.heard("orders") == EAR.heard("billing") == []


@given(HEADERS, st.binary(max_size=3000))
def test_arbitrary_bytes_and_headers_are_refused(headers: dict[str, str], body: bytes) -> None:
    """No bytes and no headers make an error of ours, or an event."""
    quiet(headers, body)


@given(HEADERS, JSON)
def test_arbitrary_json_under_good_headers_is_refused(
    headers: dict[str, str], value: object
) -> None:
    """Nor does any JSON under the headers of a signed event."""
    body = json.dumps(value).encode()
    quiet({**signed("db1-1", b"other", EAR.db1.private, NOW), **headers}, body)


@given(
    st.sampled_from(["id", "type", "subject", "time", "data", "specversion", "datacontenttype"]),
    JSON,
)
def test_what_a_verified_sender_says_is_never_an_error_of_ours(name: str, value: object) -> None:
    """A sender with a good key and a mad event gets an answer of four hundred something."""
    ear = Ear()
    body = json.dumps(envelope() | {name: value}).encode()
    answer = ear.post(body, signed("db1-1", body, ear.db1.private, NOW))
    assert answer.status_code == 202 or 400 <= answer.status_code < 500
