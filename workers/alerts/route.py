"""The on-call tool's webhook: one alert signed and posted, and what its answer means."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobs.alert import Alert, cloud_event
from jobs.masking import masked
from jobs.signatures import Message, demand_keys, headers
from workers.posting import Answer, NoAnswerError, post

SECRET = "alert-key"  # noqa: S105 - its name
REMEDY = f"put a whsk_ or whsec_ key in the secret {SECRET} (pgbaton keys sender NAME makes a pair)"

AGAIN = frozenset({408, 425, 429})
"""Statuses of 4xx after which another try may help."""

LONGEST = 3600.0
"""Seconds of a Retry-After that are waited for, at most."""

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Delivered:
    """The tool took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The tool will never take it: it is dropped, and said."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now; `seconds` where the tool says when."""

    reason: str
    seconds: float | None = None


Outcome = Delivered | Refused | Later


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where alerts go, signed with `keys` (whsk_… or whsec_…, several while they rotate). ValueError
    without a key that can sign: unsigned, anybody could wake people."""

    url: str
    keys: Sequence[str] = field(repr=False)
    timeout: float = 5.0
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError(f"alerts cannot be signed: {REMEDY}")
        demand_keys(self.keys, remedy=REMEDY)

    def send(self, alert: Alert) -> Outcome:
        """Post one alert; never raises for the network. Redirects are not followed: the signature is
        for one address."""
        body = cloud_event(alert)
        message = Message(id=alert.id, timestamp=str(int(self.now())), body=body)
        sent = {"content-type": "application/cloudevents+json", **headers(message, self.keys)}
        try:
            return _outcome(post(self.url, body, timeout=self.timeout, headers=sent))
        except NoAnswerError as error:
            return Later(reason=str(error))


def _outcome(answer: Answer) -> Outcome:
    """The one place that turns the tool's status into done, never, or again."""
    if answer.good:
        return Delivered()
    reason = f"it answers {answer.status} {masked(answer.said[:SHOWN])}".strip()
    if 400 <= answer.status < 500 and answer.status not in AGAIN:  # noqa: PLR2004 - HTTP's own numbers
        return Refused(reason=reason)
    if 300 <= answer.status < 400:  # noqa: PLR2004 - likewise
        reason = f"it redirects ({answer.status}): name the address that it leads to in alerts.url"
    wait = answer.retry_after
    return Later(reason=reason, seconds=None if wait is None else min(wait, LONGEST))
