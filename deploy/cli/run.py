"""One inline repoint under way: what it knows of each target, and where each step is written."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploy.cli.journal import Journal, Step
from deploy.cli.trail import say_line
from deploy.cli.voice import voice

if TYPE_CHECKING:
    from deploy.cli.desk import Desk
    from jobs.audit import Draft
    from jobs.state import HostRecord


@dataclass(slots=True, kw_only=True)
class Run:
    """One inline repoint. `job` begins every entry's id, so that a journal taken in twice is taken
    in once. `records` are the hosts' last ends, `passing` those that another try may mend."""

    desk: Desk
    cluster: str
    journal: Journal
    job: str
    incident: str | None
    quiet: bool
    records: dict[str, HostRecord] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)

    def write(self, draft: Draft) -> None:
        """One step: on disk first, then in the trail, then on the screen."""
        at, by = self.desk.clock.now(), self.desk.by
        step = Step(cluster=self.cluster, at=at, by=by, where=platform.node(), fact=draft)
        self.journal.write(step)
        if not self.quiet:
            say_line(voice(), step.told())

    def holds(self, host: str) -> bool:
        """True where the target's last end was that it holds the leader's fence."""
        record = self.records.get(host)
        return record is not None and record.fence is not None and record.holds(record.fence)
