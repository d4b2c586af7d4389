"""What is said of an endpoint that does not answer."""

from __future__ import annotations

import errno
import os

import pytest
import requests

from workers.etcd.transport import flaw_text


def failed(number: int) -> requests.ConnectionError:
    """As requests wraps it."""
    error = requests.ConnectionError("Max retries exceeded")
    error.__cause__ = OSError(number, os.strerror(number))
    return error


@pytest.mark.parametrize(
    "error",
    [
        requests.ReadTimeout(),
        requests.ConnectTimeout(),
        failed(errno.EHOSTUNREACH),
        failed(errno.ETIMEDOUT),
    ],
)
def test_a_lost_machine_is_told_in_the_same_words(error: Exception) -> None:
    """Whether the kernel has given up already or not: the trail repeats a reason that changes."""
    assert flaw_text(error) == "no answer"


def test_a_refusal_is_told_as_one() -> None:
    """Nobody listens there: that is another matter, with another remedy."""
    assert flaw_text(failed(errno.ECONNREFUSED)) == "Connection refused"
