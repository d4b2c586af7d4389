"""One POST to somebody else's server, whatever that server does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from tests.contract.hook.receiver import Answer, Receiver
from tests.contract.ports import free
from tests.contract.threads import none_left
from tests.waiting import PATIENCE
from workers.posting import NoAnswerError, post, why_not

TIMEOUT = 0.5


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """Give the URL of a server that answers `first`, and then one byte after the other, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(first)
                    while True:
                        connection.sendall(b"x")
                        time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/a-token"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_answer_that_never_begins_ends_at_the_limit(first: bytes) -> None:
    """Each byte in time, all of them never: the whole call has one limit, and leaves nothing behind."""
    begun = time.monotonic()
    with dripping(first) as url, none_left():
        with pytest.raises(NoAnswerError, match=r"no answer within 0\.5 s"):
            post(url, timeout=TIMEOUT)
        assert time.monotonic() - begun < 20 * TIMEOUT


@pytest.mark.parametrize(
    "error", [TimeoutError("timed out"), TimeoutError(110, "Connection timed out")]
)
def test_whose_clock_ran_out_first_makes_no_difference(error: TimeoutError) -> None:
    """The HTTP library has the same limit, and on a busy machine it may win; what the kernel says stays."""
    failed = requests.ReadTimeout()
    failed.__context__ = error
    said = why_not(failed, TIMEOUT)
    assert said == (error.strerror or "no answer within 0.5 s")


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    """The status counts; of the body, what came first."""
    with dripping(b"HTTP/1.1 503 Busy\r\nContent-Length: 999999\r\n\r\n") as url:
        answer = post(url, timeout=PATIENCE)
    assert (answer.status, answer.good) == (503, False)
    assert len(answer.said) < 2001


def test_why_nobody_answered_holds_no_address() -> None:
    """The path is a token; what a library says of it must not reach a log."""
    for url in (
        f"http://127.0.0.1:{free()[0]}/a-token",
        "http://no.such.name.invalid/a-token",
        "http://127.0.0.1:99999/a-token",
    ):
        with pytest.raises(NoAnswerError) as caught:
            post(url, timeout=PATIENCE)
        assert "a-token" not in str(caught.value)
        assert str(caught.value)


def test_retry_after_may_be_a_date() -> None:
    """Seconds, a date, one that is past, and nonsense."""
    receiver = Receiver()
    receiver.up()
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    said = {"30": 30.0, soon: 90.0, "Thu, 01 Jan 2026 00:00:00 GMT": 0.0, "soon": None, "-5": None}
    try:
        for text, seconds in said.items():
            headers = {"Retry-After": text}
            receiver.answer = lambda _, h=headers: Answer(status=429, headers=h)  # type: ignore[misc]
            found = post(receiver.url, timeout=PATIENCE).retry_after
            assert found == (None if seconds is None else pytest.approx(seconds, abs=5))
    finally:
        receiver.down()
