"""A redirect of Slack's, or of whoever stands before it, never takes the token elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jobs.ports import Posted
from jobs.slack.message import Message
from tests.contract.slack.double import Double


@contextmanager
def server(seen: list[str | None], *, to: str | None = None) -> Iterator[str]:
    """Give the address of one that notes the tokens it is shown, and redirects where `to` is given."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200 if to is None else 302)
            if to is not None:
                self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()


def test_the_token_stays_with_the_address_it_is_for(double: Double) -> None:
    """The first server is shown it, the second is asked without; nothing counts as posted."""
    first: list[str | None] = []
    second: list[str | None] = []
    with server(second) as other, server(first, to=other) as slack:
        found = double.channel(url=f"{slack}/api").post(Message(text="hello"), key="k")
    assert first == [f"Bearer {double.token}"]
    assert second == [None]
    assert not isinstance(found, Posted)
