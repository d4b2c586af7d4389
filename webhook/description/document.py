"""The OpenAPI document, made of what the code itself goes by, so that it cannot tell of another intake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response

from jobs.inventory import Webhook
from webhook.description import shapes
from webhook.description.events import EXPLAINED, post_events

Document = Mapping[str, Any]
PATH = "/openapi.json"


def add_description(app: Flask, webhook: Webhook, *, version: str) -> None:
    """Answer at /openapi.json; the text is made once."""
    text = json.dumps(description(webhook, version=version), indent=1)
    app.add_url_rule(PATH, "openapi", lambda: Response(text, content_type="application/json"))


def description(webhook: Webhook, *, version: str) -> Document:
    """An OpenAPI 3.1 document of the intake with these limits."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "pgbaton's intake", "version": version, "description": _ABOUT},
        "paths": {
            "/events": {"post": post_events(webhook)},
            "/problems/{name}": {"get": _EXPLAIN},
            "/healthz": {"get": _told("Does this process live?", {"200": _text("It does.")})},
            "/readyz": {"get": _READY},
            "/metrics": {"get": _told("What was counted.", {"200": _text("For Prometheus.")})},
            PATH: {"get": _OWN},
        },
        "components": {"schemas": {"Event": shapes.EVENT, "Problem": shapes.PROBLEM}},
    }


_ABOUT = (
    "An event is a rumour: it only says that a cluster is to be looked at now. No field of it decides where "
    "an application points. Every refusal is an RFC 9457 problem that says what to change, and whether the "
    "same event may be sent again."
)


def _text(says: str) -> Document:
    return {"description": says, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _told(summary: str, responses: Document) -> Document:
    return {"summary": summary, "responses": responses}


_EXPLAIN = {
    "summary": "What a problem means: its `type` is this address.",
    "parameters": [
        {
            "name": "name",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "enum": list(EXPLAINED)},
        }
    ],
    "responses": {
        "200": _text("Its status, its title, and whether the same event may be sent again."),
        "404": shapes.problems("No such problem.", ["http-404"]),
    },
}
_READY = {
    "summary": "Would an event be recorded now?",
    "responses": {
        "200": _text("It would."),
        "503": shapes.problems(
            "It would not; the detail names each obstacle and its remedy.",
            ["not-ready"],
            headers=shapes.RETRY_AFTER,
        ),
    },
}
_OWN = {
    "summary": "This document.",
    "responses": {
        "200": {
            "description": "OpenAPI 3.1.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
}
