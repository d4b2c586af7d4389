"""What it takes to bring one NodeBalancer or DNS record to a leader, with or without Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobs.audit import Draft
from jobs.host import Hands, Mission, still_leads
from jobs.ports import Balancers, Records

CLAIMED_FOR = 10.0
"""Seconds after which a worker that died while it changed something at Linode is out of the way."""


class SupersededError(Exception):
    """Another member leads now: whoever knows it goes on. With a message, nobody could be asked
    whether one does."""

    @property
    def outcome(self) -> str:
        """A host's word for it."""
        return "unproven" if str(self) else "superseded"

    @property
    def reason(self) -> str:
        return str(self) or "another member leads now"

    @property
    def remedy(self) -> str:
        return "bring etcd back; it is tried again" if str(self) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The ports, the mission and the job; how an entry is told, and how a name is leased, so that of
    two jobs one changes a thing at a time (a worker asks Redis; an operator without it is alone).

    Without a token for Linode's API there are no `balancers` and no `records`.
    """

    hands: Hands
    mission: Mission
    job: str
    tell: Callable[[Draft], None]
    lease: Callable[[str, float], bool]
    balancers: Balancers | None = None
    records: Records | None = None

    def look(self) -> str:
        """The look right before a mutation: how the leader was proven, where that was not by etcd, for
        the record. Raises SupersededError where nothing may be changed, and says why."""
        notes: list[str] = []
        if not still_leads(self.hands, self.mission, notes):
            raise SupersededError("; ".join(notes))
        return "; ".join(notes)

    def known_for(self) -> float:
        """Seconds since the leader was first proven."""
        return self.hands.clock.now() - self.mission.since

    @property
    def request_within(self) -> float:
        """Seconds for one question to Linode's API."""
        return self.hands.inventory.linode.timeout

    @contextmanager
    def claimed(self, target: str) -> Iterator[bool]:
        """False where another job is changing the target just now."""
        name = f"linode:{target}"
        ours = self.lease(name, CLAIMED_FOR)
        try:
            yield ours
        finally:
            if ours:
                self.lease(name, 0)
