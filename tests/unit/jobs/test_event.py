import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.event import CALLBACK, TYPES, BadEvent, Event, parse_event, to_json


def envelope(**changed: Any) -> dict[str, Any]:
    plain = {
        "specversion": "1.0",
        "id": "db1-17",
        "source": "db1",
        "type": CALLBACK,
        "subject": "orders",
        "time": "2026-01-02T03:04:05Z",
        "data": {"action": "on_role_change", "role": "primary"},
    }
    return {k: v for k, v in (plain | changed).items() if v is not ...}


def parse(**changed: Any) -> Event | BadEvent:
    return parse_event(json.dumps(envelope(**changed)).encode())


def test_a_callback_is_parsed() -> None:
    """Every part of the envelope lands in its field."""
    assert parse() == Event(
        id="db1-17",
        type=CALLBACK,
        sender="db1",
        cluster="orders",
        time="2026-01-02T03:04:05Z",
        data={"action": "on_role_change", "role": "primary"},
    )


def test_time_and_data_may_be_missing() -> None:
    """Only what decides anything is required."""
    event = parse(time=..., data=...)
    assert isinstance(event, Event)
    assert (event.time, event.data) == (None, {})


def test_foreign_attributes_are_ignored() -> None:
    """CloudEvents allows extensions; they change nothing."""
    assert parse(traceparent="00-1", datacontenttype="application/json") == parse()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": ...}, "specversion"),
        ({"specversion": 1.0}, "specversion"),
        ({"id": ...}, "id"),
        ({"id": ""}, "id"),
        ({"id": "a.b"}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "ä"}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"id": 7}, "id"),
        ({"source": ...}, "source"),
        ({"source": ["db1"]}, "source"),
        ({"subject": ""}, "subject"),
        ({"subject": "or\nders"}, "subject"),
        ({"subject": "x" * 257}, "subject"),
        ({"type": "com.example.other"}, "type"),
        ({"type": None}, "type"),
        ({"time": 5}, "time"),
        ({"time": "x" * 257}, "time"),
        ({"data": "text"}, "data"),
        ({"data": []}, "data"),
        ({"data": {str(i): i for i in range(33)}}, "data"),
        ({"data": {"role": ["primary"]}}, "data.role"),
        ({"data": {"lag": 1.5}}, "data.lag"),
        ({"data": {"lag": 2**53}}, "data.lag"),
        ({"data": {"role": "\ud800"}}, "data.role"),
        ({"data": {"role": "\x1b[2J"}}, "data.role"),
        ({"data": {"role": "x" * 257}}, "data.role"),
        ({"data": {"\n": 1}}, "data.\n"),
    ],
)
def test_a_bad_envelope_names_its_field(changed: dict[str, Any], field: str) -> None:
    """A refusal says which member to change, and how."""
    bad = parse(**changed)
    assert isinstance(bad, BadEvent)
    assert bad.field == field
    assert "must" in bad.reason


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        (b"", "(body)", "is not JSON"),
        (b"{", "(body)", "is not JSON"),
        (b"\xef\xbb\xbf{}", "(body)", "is not JSON"),
        (b'{"id": "\xff"}', "(body)", "is not UTF-8"),
        (b"[]", "(body)", "is not a JSON object"),
        (b"null", "(body)", "is not a JSON object"),
        (b'{"lag": NaN}', "(body)", "is not JSON"),
        (b'{"lag": ' + b"9" * 5000 + b"}", "(body)", "is not JSON"),
        (b'{"subject": "a", "subject": "b"}', "subject", "stands in the same object twice"),
        (b'{"data": {"x": 1, "x": 2}}', "x", "stands in the same object twice"),
    ],
)
def test_a_body_that_is_no_json_object(body: bytes, field: str, reason: str) -> None:
    """Bytes that are no event are told apart from events with a wrong member."""
    assert parse_event(body) == BadEvent(field=field, reason=reason)


@pytest.mark.parametrize("body", [b"[" * 20_000, b'{"a":' * 3000 + b"1" + b"}" * 3000])
def test_deep_nesting_is_refused(body: bytes) -> None:
    """However deep a body goes, the answer is a refusal."""
    assert isinstance(parse_event(body), BadEvent)


def test_odd_names_pass() -> None:
    """A scope or member name may hold whatever prints, quotes and other scripts included."""
    event = parse(data={"scope": 'a"b\\c é 漢字', "member": "pg/1:%s"})
    assert isinstance(event, Event)
    assert event.data["scope"] == 'a"b\\c é 漢字'


PRINTABLE = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40
)
EVENTS = st.builds(
    Event,
    id=st.from_regex(r"\A[!-\-/-~]{1,128}\Z"),
    type=st.sampled_from(sorted(TYPES)),
    sender=PRINTABLE,
    cluster=PRINTABLE,
    time=st.none() | PRINTABLE,
    data=st.dictionaries(
        PRINTABLE,
        PRINTABLE | st.booleans() | st.none() | st.integers(min_value=-(2**52), max_value=2**52),
        max_size=8,
    ),
)


@given(EVENTS)
def test_an_event_survives_its_codec(event: Event) -> None:
    """What to_json writes, parse_event reads back."""
    assert parse_event(to_json(event)) == event


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_body_raises(body: bytes) -> None:
    """Whatever bytes come in, the answer is a value."""
    assert isinstance(parse_event(body), Event | BadEvent)
