"""One POST to an address that somebody else runs: bounded in time and in what it may answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import requests
import urllib3

from workers.bounded import BOUND, Bound, bind
from workers.deadline import Cord, within

MOST = 2000
"""Bytes looked at of an answer's body."""

HOPS = 3


class NoAnswerError(Exception):
    """Nobody answered, or not in time; the message says why and holds no address: that may be a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`retry_after` in seconds, where it was asked for; `said` the beginning of the body as text."""

    status: int
    retry_after: float | None = None
    said: str = ""

    @property
    def good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own numbers


def post(
    url: str,
    body: bytes = b"",
    *,
    timeout: float,
    headers: Mapping[str, str] | None = None,
    redirects: bool = False,
) -> Answer:
    """Post once, and be back within `timeout` seconds whatever the other side does. No proxy and no
    password is taken from the surroundings. Raises NoAnswerError."""
    until = time.monotonic() + timeout

    def ask(_: Cord) -> Answer:
        BOUND.set(Bound(until=until, clock=time.monotonic))
        with requests.Session() as session:
            bind(session)
            session.max_redirects = HOPS
            with session.post(
                url,
                data=body,
                headers=headers,
                allow_redirects=redirects,
                stream=True,
            ) as answer:
                return _answer(answer)

    try:
        return within(timeout, ask)
    except TimeoutError:
        raise NoAnswerError(f"no answer within {timeout:g} s") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise NoAnswerError(why_not(error, timeout)) from None


def _answer(answer: requests.Response) -> Answer:
    """One read of the body at most: it may never end."""
    said = answer.raw.read1(MOST, decode_content=False) if answer.raw is not None else b""
    return Answer(
        status=answer.status_code,
        retry_after=_seconds(answer.headers.get("retry-after")),
        said=said.decode("utf-8", "replace").strip(),
    )


def _seconds(text: str | None) -> float | None:
    """Retry-After: a number of seconds, or a date."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None


def why_not(error: Exception, timeout: float) -> str:
    """The innermost reason, without the address that libraries put into their messages. The library's
    own time limit is ours: on a busy machine it may be the first to notice."""
    cause: BaseException = error
    seen = 0
    while seen < 8:  # noqa: PLR2004 - chains are short; a loop in one is not followed for ever
        inner = cause.__cause__ or cause.__context__
        if inner is None:
            break
        cause, seen = inner, seen + 1
    known = isinstance(cause, OSError) and cause.strerror
    if isinstance(cause, (TimeoutError, requests.Timeout)) and not known:
        return f"no answer within {timeout:g} s"
    return str(known) if known else type(cause).__name__
