"""The account's events in memory: without them, a test of the probe would need Linode."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import count

from jobs.ports import Clock, LinodeEvent, LinodeUnavailable


@dataclass(slots=True)
class FakeLinodeEvents:
    """A `LinodeEvents` one can let things happen in. `asked` is every instant it was asked for;
    `unavailable` is raised by every question while it is set."""

    clock: Clock
    events: list[LinodeEvent] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unavailable: LinodeUnavailable | None = None
    _ids: count[int] = field(default_factory=lambda: count(900_001))

    def happen(
        self, action: str, label: str, *, status: str = "started", entity: str = "linode"
    ) -> int:
        """Something begins, or is over at once; its id."""
        created = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.clock.now()))
        event = LinodeEvent(
            id=next(self._ids),
            action=action,
            status=status,
            created=created,
            entity=entity,
            label=label,
        )
        self.events.append(event)
        return event.id

    def become(self, id_: int, status: str) -> None:
        """It goes on: the status changes, the instant of its creation does not."""
        self.events = [replace(e, status=status) if e.id == id_ else e for e in self.events]

    def since(self, created: str, *, timeout: float) -> tuple[LinodeEvent, ...]:
        self.asked.append(created)
        if self.unavailable is not None:
            raise self.unavailable
        return tuple(e for e in self.events if e.created >= created)
