import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jobs.event import parse_event
from jobs.inventory import Webhook
from tests.unit.webhook.ear import NOW, Ear, envelope, signed
from webhook.description import description
from webhook.description.shapes import EVENT, EXAMPLE
from webhook.refusal import MEANINGS, Reason

BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = SCALAR | st.lists(SCALAR, max_size=2) | st.dictionaries(st.text(), SCALAR, max_size=3)
PATHS = ("/events", "/problems/{name}", "/healthz", "/readyz", "/metrics", "/openapi.json")
AS_DESCRIBED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def told() -> Mapping[str, Any]:
    return description(Webhook(), version="1.2.3")


@cache
def ear() -> Ear:
    return Ear()


@cache
def operation(path: str) -> schemathesis.APIOperation[Any, Any, Any, Any]:
    """As schemathesis reads it from the application itself."""
    found = schemathesis.openapi.from_wsgi("/openapi.json", ear().client.application)
    method = "POST" if path == "/events" else "GET"
    return found[path][method]


def cases(path: str) -> st.SearchStrategy[Case[Any]]:
    """Requests that the description allows, and such as it forbids."""
    return st.sampled_from(BOTH).flatmap(lambda mode: operation(path).as_strategy(mode))


def test_it_is_an_openapi_document() -> None:
    """Held to the schema of OpenAPI 3.1 itself."""
    OpenAPIV31SpecValidator(json.loads(json.dumps(told()))).validate()


def test_it_is_served() -> None:
    """With the limits of the very inventory that the intake goes by."""
    answer = ear().client.get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json is not None
    assert answer.json["info"]["version"] == "1.2.3"
    assert " 2000." in answer.json["paths"]["/events"]["post"]["description"]


def test_every_reason_stands_under_its_status() -> None:
    """A new reason cannot be forgotten, nor one be told under another status."""
    responses = told()["paths"]["/events"]["post"]["responses"]
    for reason in Reason:
        content = responses[str(MEANINGS[reason].status)]["content"]["application/problem+json"]
        assert f"/problems/{reason}" in content["schema"]["properties"]["type"]["enum"]
        assert content["examples"][reason]["value"]["retry"] is MEANINGS[reason].retry


def test_its_example_is_an_event() -> None:
    """What a sender's author copies is understood."""
    assert parse_event(json.dumps(EXAMPLE).encode()).__class__.__name__ == "Event"


@pytest.mark.parametrize("path", PATHS)
def test_unsigned_requests_are_answered_as_described(path: str) -> None:
    """Whatever schemathesis makes of the description, allowed or forbidden: no error of ours, no answer that
    is not described, and nothing is heard."""

    @settings(max_examples=60)
    @given(cases(path))
    def every(case: Case[Any]) -> None:
        case.call_and_validate(checks=AS_DESCRIBED)

    every()
    assert ear().heard() == []


@settings(max_examples=100)
@given(st.data(), st.sampled_from(BOTH))
def test_signed_events_are_answered_as_described(data: st.DataObject, mode: GenerationMode) -> None:
    """Behind a good signature, where the event itself is judged: the same, and what the description forbids
    is refused."""
    hearing = Ear()
    case = data.draw(operation("/events").as_strategy(mode))
    event = named(case.body, data.draw(st.sampled_from(["orders", "billing", "x"])))
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    id_ = event.get("id", "-") if isinstance(event, dict) else "-"
    answer = hearing.post(body, signed(visible(id_), body, hearing.db1.private, NOW))
    case.validate_response(answer, checks=AS_DESCRIBED)
    assert [f["kind"] for f in hearing.heard()].count("event") == (answer.status_code == 202)
    assert answer.status_code != 202 or OAS31Validator(EVENT).is_valid(event)


def named(event: Any, cluster: str) -> Any:
    """The event in the words of this inventory, where it has words for them."""
    if not isinstance(event, dict):
        return event if isinstance(event, bytes | str | int | float | list | None) else None
    known = {"source": "db1", "subject": cluster}
    return event | {name: says for name, says in known.items() if isinstance(event.get(name), str)}


def visible(id_: object) -> str:
    return id_ if isinstance(id_, str) and id_.isascii() and id_.isprintable() else "-"


@settings(max_examples=200)
@given(
    st.sampled_from(["specversion", "id", "source", "type", "subject", "time", "data", "other"]),
    JSON,
)
def test_what_is_accepted_is_as_described(name: str, value: object) -> None:
    """Member by member: the intake takes nothing that its description forbids."""
    hearing = Ear()
    event = envelope() | {name: value}
    body = json.dumps(event).encode()
    answer = hearing.post(body, signed(visible(event["id"]), body, hearing.db1.private, NOW))
    assert answer.status_code != 202 or OAS31Validator(EVENT).is_valid(event)
