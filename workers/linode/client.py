"""Linode's API as calls with an end: linode_api4's client, one to a thread, none of whose ways to fail gets out."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from linode_api4 import ApiError, LinodeClient

from jobs.ports import LinodeUnavailable
from workers.bounded import BOUND, Bound, bind
from workers.deadline import within
from workers.linode.refusal import Refusals, dropped

T = TypeVar("T")
Members = Mapping[str, Any]
"""A JSON object."""

PAGE = 500
"""Rows a page: the most that Linode gives, since it counts requests."""

_MALFORMED = (AttributeError, KeyError, TypeError, ValueError, RecursionError)
"""What linode_api4 raises over errors that are not shaped as Linode's are."""


class Api:
    """Linode's API at `url` (https://api.linode.com/v4), for any thread. `ca` is a file of
    authorities, None for the usual ones.

    After a 429 nothing is asked until Linode's Retry-After is over: calls answer 429 by themselves.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str,
        ca: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._token, self._ca, self._clock = url, token.strip(), ca, clock
        self.refusals = Refusals(place=urlsplit(url).netloc, token=self._token)
        self._idle: deque[LinodeClient] = deque()
        self._held_until = clock()

    def __repr__(self) -> str:
        return f"Api({self._url!r})"

    def ask(self, work: Callable[[Call], T], *, timeout: float) -> T:
        """What `work` makes of the API, all its requests within `timeout` seconds, whatever the
        other side drips or withholds. Raises LinodeUnavailable."""
        if re.fullmatch("[!-~]+", self._token) is None:
            raise self.refusals.no_token()
        until = self._clock() + timeout
        try:
            return within(timeout, lambda _: self._run(work, until))
        except TimeoutError:
            raise self.refusals.silent() from None

    def demand_patience(self) -> None:
        """Raise LinodeUnavailable while Linode wants to be left alone."""
        left = self._held_until - self._clock()
        if left > 0:
            raise self.refusals.limited(left)

    def hold(self, seconds: float) -> None:
        """Leave Linode alone for so many seconds."""
        self._held_until = self._clock() + seconds

    def _run(self, work: Callable[[Call], T], until: float) -> T:
        """The work, on its own thread with a client of its own. One whose connections were cut is
        not used again."""
        BOUND.set(Bound(until=until, clock=self._clock))
        client = self._client()
        try:
            return work(Call(api=self, client=client))
        finally:
            if self._clock() < until:
                self._idle.append(client)
            else:
                client.session.close()

    def _client(self) -> LinodeClient:
        try:
            return self._idle.pop()
        except IndexError:
            return make_client(self._url, token=self._token, ca=self._ca)


def make_client(url: str, *, token: str, ca: str | None) -> LinodeClient:
    """linode_api4's client without its retries, with an end to everything, and with nothing from
    the surroundings: no proxies, no netrc, no redirects."""
    agent = f"pgbaton/{version('pgbaton')}"
    client = LinodeClient(token, base_url=url, user_agent=agent, retry=False, ca_path=ca)
    bind(client.session)
    client.session.max_redirects = 0
    return client


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The requests of one call. Each raises LinodeUnavailable."""

    api: Api
    client: LinodeClient

    def one(self, path: str) -> Members:
        """A single object."""
        return self._object(self._get(path))

    def rows(self, path: str, *, where: Members | None = None) -> Iterator[Members]:
        """Every row of a collection, page by page. `where` becomes an X-Filter. A row that slid to
        the next page meanwhile may come twice."""
        for page in count(1):
            found = self._object(self._get(f"{path}?page={page}&page_size={PAGE}", where))
            data, pages = found.get("data"), found.get("pages")
            if not isinstance(data, list) or type(pages) is not int:
                raise self.api.refusals.strange("answers without data and pages")
            yield from map(self._object, data)
            if page >= pages:
                return

    def create(self, path: str, body: Members) -> Members:
        """POST, once."""
        return self._object(self._send(self.client.post, path, data=body))

    def change(self, path: str, body: Members) -> Members:
        """PUT, once: what it says may be outdated the second time."""
        return self._object(self._send(self.client.put, path, data=body))

    def _get(self, path: str, where: Members | None = None) -> Any:
        """GET, and once more where the connection breaks off: nothing can be done twice by it."""
        try:
            return self._try(self.client.get, path, filters=where)
        except OSError as error:
            if not dropped(error):
                raise self.api.refusals.unreached(error) from None
        return self._send(self.client.get, path, filters=where)

    def _send(self, method: Callable[..., Any], path: str, **what: Any) -> Any:
        try:
            return self._try(method, path, **what)
        except OSError as error:
            raise self.api.refusals.unreached(error) from None

    def _try(self, method: Callable[..., Any], path: str, **what: Any) -> Any:
        """One request. What happens on the wire gets out as it is: OSError, as requests' own are.
        Nothing hangs on what else is raised: an answer may hold the token that we sent."""
        self.api.demand_patience()
        try:
            return method(path, **what)
        except ApiError as error:
            told = self._answered(path, error)
        except requests.JSONDecodeError:
            told = self.api.refusals.strange("answers what is not JSON")
        except requests.RequestException:
            raise
        except _MALFORMED:
            told = self.api.refusals.strange("answers what Linode never would")
        raise told

    def _answered(self, path: str, error: ApiError) -> LinodeUnavailable:
        told = self.api.refusals.answered(path, error)
        if told.status == requests.codes.too_many_requests:
            self.api.hold(told.retry_after or 0)
        return told

    def _object(self, found: Any) -> Members:
        if not isinstance(found, dict):
            raise self.api.refusals.strange("answers JSON, but no object")
        return found
