"""How watch, probe and operator speak to the webhook: signed, to the first address that answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import requests

from jobs.event import Event, to_json
from jobs.signatures import Message, demand_keys, headers

CONNECT, READ = 1.0, 4.0
"""Seconds: a webhook that does not answer must not hold up a watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The event is recorded. `repeated` where it had been already."""

    url: str
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A webhook says that this event will never do; `detail` says what to change."""

    url: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """No webhook took it; trying again later is worth it. `reasons` holds one line per address."""

    reasons: tuple[str, ...]


Outcome = Delivered | Rejected | Undelivered


def _session() -> requests.Session:
    """A session that takes no credentials or proxies from files and variables of its surroundings."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Signs events with `keys` (whsk_… or whsec_…, several while they rotate) and posts them.

    `urls` are tried in order. `ca` is a file of authorities for https, None the usual ones. One
    thread at a time: the session keeps its connections open from one event to the next. ValueError
    where a key is none: at the start, not at the first failover.
    """

    urls: Sequence[str]
    keys: Sequence[str] = field(repr=False)
    ca: str | None = None
    now: Callable[[], float] = time.time
    session: requests.Session = field(default_factory=_session)

    def __post_init__(self) -> None:
        try:
            demand_keys(self.keys, remedy="pgbaton keys sender NAME makes one")
        except ValueError as error:
            msg = f"the sender's key cannot be used: {error}"
            raise ValueError(msg) from None

    def send(self, event: Event) -> Outcome:
        """Post one event to the first webhook that answers for itself; never raises for the network."""
        body = to_json(event)
        reasons: list[str] = []
        for url in self.urls:
            outcome = self._ask(url, event.id, body)
            if not isinstance(outcome, Undelivered):
                return outcome
            reasons += outcome.reasons
        return Undelivered(reasons=tuple(reasons or ["the inventory names no webhook.urls"]))

    def _ask(self, url: str, event_id: str, body: bytes) -> Outcome:
        """Ask one webhook; where our clock is wrong, once more by the clock of its answer."""
        try:
            answer = self._post(url, event_id, body, at=self.now())
            theirs = _date(answer) if answer.status_code == requests.codes.unauthorized else None
            if theirs is not None and _problem(answer, "type").endswith("/stale-timestamp"):
                answer = self._post(url, event_id, body, at=theirs)
        except requests.RequestException as error:
            return Undelivered(reasons=(f"{url}: {error}",))
        return _outcome(url, answer)

    def _post(self, url: str, event_id: str, body: bytes, *, at: float) -> requests.Response:
        message = Message(id=event_id, timestamp=str(int(at)), body=body)
        return self.session.post(
            url,
            data=body,
            headers={
                "content-type": "application/cloudevents+json",
                **headers(message, self.keys),
            },
            timeout=(CONNECT, READ),
            allow_redirects=False,
            verify=self.ca or True,
        )


def _outcome(url: str, answer: requests.Response) -> Outcome:
    """The one place that turns a webhook's status into done, never, or again."""
    if answer.status_code == requests.codes.accepted:
        return Delivered(url=url, repeated=_problem(answer, "repeated") == "True")
    detail = _problem(answer, "detail") or answer.reason
    if answer.status_code in {400, 403, 404, 413, 415}:
        return Rejected(url=url, status=answer.status_code, detail=detail)
    return Undelivered(reasons=(f"{url}: {answer.status_code} {detail}",))


def _problem(answer: requests.Response, member: str) -> str:
    """A member of the answer's JSON object as text; empty where there is none."""
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get(member, "")) if isinstance(found, dict) else ""


def _date(answer: requests.Response) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
