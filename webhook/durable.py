"""A 202 is a promise: without this file a Redis that forgets would be promised on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobs.audit import Draft
from jobs.event import Event
from jobs.ports import LedgerUnavailable
from webhook.ports import Recorder


@dataclass(slots=True, kw_only=True)
class DurableRecorder:
    """A Recorder that hears nothing while its store is not set up to keep it.

    `ready` is asked before the first event, then every `every` seconds of `monotonic`, and always
    after a failure: while a store hangs, each event waits for one short look and not for a whole
    recording with its repetitions.
    """

    ledger: Recorder
    ready: Callable[[], Sequence[str]]
    monotonic: Callable[[], float]
    every: float = 10.0
    _asked: float | None = field(default=None, init=False)
    _obstacles: Sequence[str] = field(default=(), init=False)

    def hear(self, event: Event, draft: Draft) -> bool:
        """Record an event; LedgerUnavailable names what must be mended first."""
        self._look()
        if self._obstacles:
            raise LedgerUnavailable(" ".join(self._obstacles), "see /readyz")
        try:
            return self.ledger.hear(event, draft)
        except LedgerUnavailable:
            self._asked = None
            raise

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        """Append drafts; a refusal's entry is no promise to anybody."""
        self.ledger.append(cluster, drafts)

    def _look(self) -> None:
        now = self.monotonic()
        if self._asked is None or now - self._asked >= self.every:
            self._asked = None
            self._obstacles = self.ready()
            self._asked = now
