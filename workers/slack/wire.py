"""slack_sdk's clients over connections that end with their call: what urllib opens for them reads on for ever."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from workers.deadline import CORD

LARGEST = 16 << 20
"""Bytes of an answer; the longest page of a channel's history is far below."""


class BoundClient(WebClient):
    """Keeps the token from wherever a redirect leads: urllib would send it along."""

    def _perform_urllib_http_request_internal(
        self,
        url: str,  # noqa: ARG002 - slack_sdk's own
        req: Request,
    ) -> dict[str, Any]:
        token = req.headers.pop("Authorization", None)
        if token is not None:
            req.add_unredirected_header("Authorization", token)
        answer, body = _fetch(req, self.timeout)
        return {"status": answer.status, "headers": answer.headers, "body": body}


class BoundWebhook(WebhookClient):
    """The same for an incoming webhook, whose address is all its secret."""

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        answer, body = _fetch(req, self.timeout)
        headers = dict(answer.headers.items())
        return WebhookResponse(url=url, status_code=answer.status, body=body, headers=headers)


def _fetch(request: Request, timeout: float) -> tuple[HTTPResponse, str]:
    """The answer and its text. Raises what urllib does, and ValueError for what is no text.

    A read that is bounded says nothing of what it lacks, as one of everything would.
    """
    with build_opener(_Handler, _SecureHandler).open(request, timeout=timeout) as answer:
        body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ValueError(f"an answer of more than {LARGEST} bytes")
    if answer.length:
        raise IncompleteRead(body, answer.length)
    return answer, body.decode()


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        CORD.get().hold(self.sock)


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Handler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _SecureHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecureConnection, req)
