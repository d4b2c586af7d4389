"""How fast Slack may be spoken to: one message a second in a channel, and not at all while it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jobs.ports import Barred, Clock, Later

Verb = Literal["post", "edit", "read"]

APART: dict[Verb, float] = {"post": 1.0, "edit": 1.2, "read": 1.2}
"""Seconds between two calls of a sort: a channel takes a message a second, and the other methods 50 a
minute (docs.slack.dev, apis/web-api/rate-limits)."""

FIRST, MOST = 1.0, 60.0
"""Seconds until the next try where Slack cannot be reached: doubled up to a minute."""

ASK_AGAIN = 60.0
"""Seconds until somebody may have mended what bars us."""

QUIET = 60.0
"""Seconds without an answer after which people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why nothing is posted, since when (seconds since 1970), and what a person can do."""

    reason: str
    remedy: str
    since: float


@dataclass(slots=True)
class Pace:
    """When the next call of a sort may be made; what the last answers said counts for the whole channel."""

    clock: Clock
    closed: Trouble | None = None
    unread: Trouble | None = None
    _after: dict[Verb, float] = field(default_factory=dict)
    _shut: float = 0.0
    _wait: float = FIRST
    _silent: float | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What a person should know of."""
        return self.closed or self.unread

    @property
    def heard(self) -> bool:
        """False while Slack does not take what it is given."""
        return self._silent is None and self.closed is None

    def may(self, verb: Verb) -> bool:
        """True where a call of this sort may be made now."""
        return self.left(verb) <= 0

    def left(self, verb: Verb) -> float:
        """Seconds until it may."""
        return max(self._shut, self._after.get(verb, 0.0)) - self.clock.monotonic()

    def called(self, verb: Verb) -> None:
        """A call is made now."""
        self._after[verb] = self.clock.monotonic() + APART[verb]

    def well(self, verb: Verb) -> None:
        """Slack took what it was given."""
        self._wait, self._silent, self.closed = FIRST, None, None
        if verb == "read":
            self.unread = None

    def later(self, answer: Later) -> None:
        """Slack wants us to wait, or does not answer: each time in a row a longer pause."""
        self._shut = self.clock.monotonic() + max(answer.seconds, self._wait)
        self._wait = min(self._wait * 2, MOST)
        self._silent = self.clock.now() if self._silent is None else self._silent
        if self.clock.now() - self._silent >= QUIET:
            remedy = "what is missed is posted once Slack answers; until then: pgbaton incidents"
            self.closed = Trouble(reason=answer.reason, remedy=remedy, since=self._silent)

    def barred(self, verb: Verb, answer: Barred) -> None:
        """Only a person can mend it: looked at again once a minute. Who may not read the channel may
        well post there: only what is in doubt has to wait then."""
        again = self.clock.monotonic() + ASK_AGAIN
        if verb == "read":
            self._after["read"] = again
            self.unread = self._told(answer, self.unread)
        else:
            self._shut = again
            self.closed = self._told(answer, self.closed)

    def _told(self, answer: Barred, before: Trouble | None) -> Trouble:
        since = self.clock.now() if before is None else before.since
        return Trouble(reason=answer.reason, remedy=answer.remedy, since=since)
