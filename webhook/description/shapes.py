"""The two shapes of the intake, an event and a problem, as JSON Schema with the limits that the head sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.event import CALLBACK, MAX_DATA, MAX_ID, MAX_TEXT, MAX_WHOLE, TYPES
from webhook.problems import CONTENT_TYPE, type_of
from webhook.refusal import Meaning

Part = Mapping[str, Any]
ID: Part = {"type": "string", "pattern": f"^[!-\\-/-~]{{1,{MAX_ID}}}$"}
_WORDS: Part = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
_SCALARS: Part = {
    "anyOf": [
        {"type": "string", "maxLength": MAX_TEXT},
        {"type": "integer", "minimum": -MAX_WHOLE, "maximum": MAX_WHOLE},
        {"type": "boolean"},
        {"type": "null"},
    ]
}
EVENT: Part = {
    "description": "A CloudEvents 1.0 event. Other members than these are allowed and not looked at. No text "
    "may hold control characters, no name may stand in an object twice.",
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {
            **ID,
            "description": "Known by it for eight days: once accepted, it is a repetition.",
        },
        "source": {**_WORDS, "description": "The sender, as the inventory names it."},
        "type": {"enum": sorted(TYPES)},
        "subject": {**_WORDS, "description": "The cluster, as the inventory names it."},
        "time": {
            "description": "RFC 3339, by the sender's own clock: evidence, never an order.",
            "anyOf": [{"type": "string", "maxLength": MAX_TEXT}, {"type": "null"}],
        },
        "data": {
            "description": "Shown to people; it decides nothing.",
            "type": ["object", "null"],
            "maxProperties": MAX_DATA,
            "propertyNames": {"maxLength": MAX_TEXT},
            "additionalProperties": _SCALARS,
        },
    },
}
EXAMPLE: Part = {
    "specversion": "1.0",
    "id": "pg1-1800000000-1",
    "source": "pg1",
    "type": CALLBACK,
    "subject": "orders",
    "time": "2027-01-15T08:00:00Z",
    "data": {"action": "on_role_change", "role": "primary", "scope": "orders"},
}
PROBLEM: Part = {
    "description": "RFC 9457. `retry`: whether the same event may be sent again as it is, its signature's "
    "timestamp excepted. `field`: the header or member at fault.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "retry"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "minLength": 1},
        "retry": {"type": "boolean"},
        "field": {"type": "string"},
    },
    "additionalProperties": False,
}
RETRY_AFTER: Part = {
    "Retry-After": {
        "description": "Seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
    }
}
CHALLENGE: Part = {
    "WWW-Authenticate": {"required": True, "schema": {"type": "string", "minLength": 1}}
}


def problems(
    says: str,
    names: Sequence[str],
    *,
    meanings: Mapping[str, Meaning] | None = None,
    headers: Part | None = None,
) -> Part:
    """A response that is one of these problems; `meanings` gives an example of each."""
    media: dict[str, Any] = {
        "schema": {
            "allOf": [{"$ref": "#/components/schemas/Problem"}],
            "properties": {"type": {"enum": [type_of(name) for name in names]}},
        }
    }
    if meanings:
        media["examples"] = {name: {"value": _example(name, one)} for name, one in meanings.items()}
    response: dict[str, Any] = {"description": says, "content": {CONTENT_TYPE: media}}
    return {**response, "headers": headers} if headers else response


def _example(name: str, meaning: Meaning) -> Part:
    return {
        "type": type_of(name),
        "title": meaning.title,
        "status": meaning.status,
        "detail": "What to change, in a sentence or two.",
        "retry": meaning.retry,
    }
