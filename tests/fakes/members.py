"""Database machines in memory: without them, a test of an isolation would need sshd and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.fence import Fence
from jobs.inventory import Host
from jobs.remote import HostFailure
from jobs.stopping import StopOrder, StopReply
from tests.fakes.hosts import WorkerDied
from tests.fakes.witness import FakeWitness

STOPPED = StopReply(outcome="stopped", reason="PostgreSQL was stopped (fast)")
ALREADY = StopReply(outcome="already", reason="PostgreSQL does not run")


@dataclass(slots=True)
class FakeMembers:
    """A `MemberHand`: whom it stops is down for `witness` from then on. `at` tells a member by its
    address. `replies` are answers instead; `before` runs once, when the connection stands;
    `dies`: the worker does, right after the next stop. `stopped` and `asked` are in order."""

    witness: FakeWitness
    at: dict[str, str]
    replies: dict[str, StopReply | HostFailure] = field(default_factory=dict)
    before: Callable[[], object] | None = None
    dies: bool = False
    asked: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    fences: dict[str, Fence] = field(default_factory=dict)

    def stop(
        self,
        host: Host,
        order: StopOrder,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> StopReply | HostFailure:
        member = self.at[host.address]
        self.asked.append(member)
        if self.before is not None:
            step, self.before = self.before, None
            step()
        if confirm is not None and not confirm():
            return HostFailure(kind="superseded", reason="the leader changed", remedy="judge again")
        if member in self.replies:
            return self.replies[member]
        return self._stop(member, order)

    def _stop(self, member: str, order: StopOrder) -> StopReply:
        if order.fence is None:
            return StopReply(outcome="ready", reason="it could be stopped")
        held = self.fences.get(member)
        if held is not None and order.fence.stands_against(held) in {"lower", "other-system"}:
            return StopReply(outcome="refused", reason=f"lower than {held}", remedy="nothing")
        if member in self.witness.down:
            return ALREADY
        self.fences[member] = order.fence
        self.witness.down.add(member)
        self.stopped.append(member)
        if self.dies:
            self.dies = False
            raise WorkerDied
        return STOPPED
