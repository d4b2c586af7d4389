"""Why Slack is not told, for those who look elsewhere: pages, doctor, log, metrics, the alert route."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import structlog

from jobs.ports import Memory
from workers.chronicle.pace import Trouble

log = structlog.get_logger(__name__)

NAME = "slack:trouble"
"""Where it is remembered: {reason, remedy, since} as JSON, or an empty text."""


@dataclass(slots=True, kw_only=True)
class Troubles:
    """Tells each trouble once when it begins, once when it changes, once when it ends."""

    memory: Memory
    told: Trouble | None = None
    known: bool = False

    def tell(self, now: Trouble | None) -> None:
        """The first time also what another process left behind is taken back."""
        if self.known and now == self.told:
            return
        text = "" if now is None else json.dumps(asdict(now))
        if self.known or (self.memory.recall(NAME) or "") != text:
            self.memory.remember(NAME, text)
        self._say(now)
        self.told, self.known = now, True

    def _say(self, now: Trouble | None) -> None:
        if now == self.told:
            return
        if now is None:
            log.info("slack.well")
        else:
            log.error("slack.trouble", reason=now.reason, remedy=now.remedy)


def forget(memory: Memory) -> None:
    """Take back what was told of a Slack that nobody is told by any more. Raises LedgerUnavailable."""
    if memory.recall(NAME):
        memory.remember(NAME, "")
