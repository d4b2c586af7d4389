"""POST /events as OpenAPI tells it: its headers, its body, and every answer it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from jobs.inventory import Webhook
from jobs.signatures import MAX_SIGNATURES
from webhook.arrival import CONTENT_TYPE
from webhook.description import shapes
from webhook.refusal import MEANINGS, Meaning, Reason

Part = Mapping[str, Any]
EXPLAINED: Sequence[str] = sorted(Reason)
"""The names of the problems that have an address of their own."""


def post_events(webhook: Webhook) -> Part:
    """The operation. Limits are the inventory's: the intake reads them at the same place."""
    return {
        "summary": "Say that a cluster is to be looked at.",
        "description": (
            "Signed as Standard Webhooks: the content is webhook-id, a dot, webhook-timestamp, a dot, and the "
            f"body's very bytes, of which there may be {webhook.max_body}. A repeated id is accepted again and "
            "recorded once."
        ),
        "parameters": list(_headers(webhook)),
        "requestBody": {
            "required": True,
            "content": {
                CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Event"},
                    "examples": {"callback": {"value": shapes.EXAMPLE}},
                }
            },
        },
        "responses": {"202": _ACCEPTED, **dict(_refused()), "500": _OURS},
    }


def _headers(webhook: Webhook) -> Iterator[Part]:
    yield _header("webhook-id", "The event's id, once more.", shapes.ID)
    yield _header(
        "webhook-timestamp",
        f"Whole seconds since 1970, at most {webhook.tolerance:.0f} away from this server's clock.",
        {"type": "string", "pattern": "^[0-9]{1,12}$"},
    )
    yield _header(
        "webhook-signature",
        f"At most {MAX_SIGNATURES}, with a space between: `v1a,` and an Ed25519 signature, or `v1,` and an "
        "HMAC-SHA256, in base64. One that fits a key of the event's source is enough.",
        {"type": "string", "minLength": 1},
    )


def _header(name: str, says: str, schema: Part) -> Part:
    return {"name": name, "in": "header", "required": True, "description": says, "schema": schema}


_ACCEPTED = {
    "description": "Recorded in the trail and asked for, in one step; or recorded before.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["accepted", "repeated"],
                "properties": {"accepted": {"const": True}, "repeated": {"type": "boolean"}},
                "additionalProperties": False,
            },
            "examples": {"first": {"value": {"accepted": True, "repeated": False}}},
        }
    },
}
_OURS = shapes.problems(
    "An error of ours; send the same event again.",
    ["internal-error"],
    meanings={"internal-error": Meaning(status=500, title="An error of ours", retry=True)},
)


def _refused() -> Iterator[tuple[str, Part]]:
    """One response for each status, with the reasons that lead to it."""
    for status, reasons in groupby(sorted(Reason, key=_status), key=_status):
        listed = list(reasons)
        titles = "; ".join(MEANINGS[reason].title for reason in listed)
        yield (
            str(status),
            shapes.problems(
                f"{titles}.",
                listed,
                meanings={reason: MEANINGS[reason] for reason in listed},
                headers=_beside(status),
            ),
        )


def _status(reason: Reason) -> int:
    return MEANINGS[reason].status


def _beside(status: int) -> Part:
    """What stands beside the problem in the answer's headers."""
    match status:
        case 401:
            return shapes.CHALLENGE
        case 429 | 503:
            return shapes.RETRY_AFTER
        case _:
            return {}
