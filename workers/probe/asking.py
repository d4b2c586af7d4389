"""Whether Linode may be asked again: without it an outage would fill the log, and a 429 be answered by more."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from jobs.ports import Clock, LinodeUnavailable

log = structlog.get_logger(__name__)

LIMITED, REFUSED = 15.0, 60.0
"""Seconds to wait after a 429 that does not say how long, and after a token was refused."""


@dataclass(slots=True, kw_only=True)
class Asking:
    """How asking went, by what was asked for. A failure is said when it changes."""

    clock: Clock
    _failures: dict[str, str] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)
    _limited_until: float = float("-inf")

    def may(self, what: str) -> bool:
        """False while Linode wants to be left alone, or this has just been refused."""
        now = self.clock.monotonic()
        return now >= self._limited_until and now >= self._until.get(what, now)

    def well(self, what: str) -> None:
        """It was answered."""
        self._until.pop(what, None)
        if self._failures.pop(what, None) is not None:
            log.info("linode.answers", what=what)

    def failed(self, what: str, error: LinodeUnavailable) -> None:
        """It was not. A 429 is the whole token's."""
        now = self.clock.monotonic()
        if error.status == 429:  # noqa: PLR2004
            wait = LIMITED if error.retry_after is None else error.retry_after
            self._limited_until = max(self._limited_until, now + wait)
        elif error.status in {401, 403}:
            self._until[what] = now + REFUSED
        elif error.retry_after is not None:
            self._until[what] = now + error.retry_after
        if self._failures.get(what) != error.reason:
            log.warning("linode.unavailable", what=what, reason=error.reason, remedy=error.remedy)
        self._failures[what] = error.reason
