"""What of a request may be looked at: its type, its bounded body and its three headers."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from jobs.event import is_id
from jobs.signatures import Message
from webhook.refusal import Reason, Refusal

CONTENT_TYPE = "application/cloudevents+json"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
STALL = 5.0
"""Seconds without a byte after which a body is given up: it holds one of few threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A whole request before anything in it is believed."""

    message: Message
    signatures: str

    @property
    def sent(self) -> int:
        """The sender's clock, in seconds since 1970."""
        return int(self.message.timestamp)


def receive(request: Request, *, max_body: int) -> Arrival | Refusal:
    """Read a request as far as it is worth reading: type, size, body, headers."""
    if refusal := _type_fault(request) or _length_fault(request, max_body):
        return refusal
    body = _body(request, max_body)
    if isinstance(body, Refusal):
        return body
    id_, timestamp, signatures = (request.headers.get(name, "") for name in HEADERS)
    return _header_fault(id_, timestamp, signatures) or Arrival(
        message=Message(id=id_, timestamp=timestamp, body=body), signatures=signatures
    )


def _type_fault(request: Request) -> Refusal | None:
    if request.mimetype != CONTENT_TYPE:
        detail = f"Send one event with content-type: {CONTENT_TYPE}."
        return Refusal(reason=Reason.CONTENT_TYPE, detail=detail, field="content-type")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        detail = "Send the body as it is, without a content-encoding."
        return Refusal(reason=Reason.CONTENT_TYPE, detail=detail, field="content-encoding")
    return None


def _length_fault(request: Request, max_body: int) -> Refusal | None:
    length = request.content_length
    return _too_large(max_body) if length is not None and length > max_body else None


def _too_large(max_body: int) -> Refusal:
    detail = f"Send at most {max_body} bytes; leave out what is not needed in data."
    return Refusal(reason=Reason.TOO_LARGE, detail=detail)


def _body(request: Request, max_body: int) -> bytes | Refusal:
    """Read no more than the application's MAX_CONTENT_LENGTH, whatever the headers promise, and wait
    for no byte too long."""
    connection = request.environ.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        connection.settimeout(STALL)
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _too_large(max_body)
    except (ClientDisconnected, OSError):
        detail = "Send as many bytes as the headers promise, without a pause."
        return Refusal(reason=Reason.INCOMPLETE_BODY, detail=detail)
    return _too_large(max_body) if len(body) > max_body else body


def _header_fault(*values: str) -> Refusal | None:
    for name, value in zip(HEADERS, values, strict=True):
        if not value:
            detail = f"Sign the event as Standard Webhooks do; the header {name} is missing."
            return Refusal(reason=Reason.UNSIGNED, detail=detail, field=name)
    id_, timestamp, _ = values
    if not is_id(id_):
        detail = "webhook-id must be 1 to 128 visible ASCII characters without a dot."
        return Refusal(reason=Reason.BAD_HEADER, detail=detail, field="webhook-id")
    if re.fullmatch("[0-9]{1,12}", timestamp) is None:
        detail = "webhook-timestamp must be whole seconds since 1970."
        return Refusal(reason=Reason.BAD_HEADER, detail=detail, field="webhook-timestamp")
    return None
