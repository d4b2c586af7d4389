"""Hosts in memory: without them, a test of the jobs would need sshd, services and a second machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.inventory import Host
from jobs.remote import (
    HostFailure,
    Journal,
    LiftRequest,
    Outcome,
    ReadReply,
    ReadRequest,
    SwapReply,
    SwapRequest,
)
from tests.fakes.host import FakeHost, file_of
from tests.fakes.host_swap import Swap


class WorkerDied(BaseException):
    """The worker is gone, as by SIGKILL: no handler of the jobs may see it."""


@dataclass(slots=True)
class FakeHosts:
    """A HostHand. Hosts are told apart by address and port: `hosts.at("10.0.0.5")` makes one.

    `die_after(k)`: the worker dies right after the k-th effect on any host from now on, and the
    host stops there too, as if its script were killed; with `host_finishes`, only the worker dies.
    """

    hosts: dict[tuple[str, int], FakeHost] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    _left: int | None = None
    _host_finishes: bool = False
    _dead: bool = False

    def at(self, address: str, port: int = 22) -> FakeHost:
        return self.hosts.setdefault((address, port), FakeHost())

    def die_after(self, effects: int, *, host_finishes: bool = False) -> None:
        self._left, self._host_finishes, self._dead = effects, host_finishes, False

    def live(self) -> None:
        """A new worker: nobody dies any more."""
        self._left, self._dead = None, False

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        fake = self.at(host.address, host.port)
        if fake.down:
            return fake.down
        journal = fake.journals.get(request.cluster)
        return ReadReply(
            fence=journal.fence if journal else None,
            journal=Journal(phase=journal.phase, fence=journal.fence) if journal else None,
            files=tuple(file_of(fake, path) for path in request.paths),
        )

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        fake = self.at(host.address, host.port)
        if fake.down:
            return fake.down
        if confirm is not None and not confirm():
            return HostFailure(
                kind="superseded", reason="the leader has changed meanwhile", remedy="judge again"
            )
        if fake.on_swap:
            step, fake.on_swap = fake.on_swap, None
            step()
        reply = Swap(fake, request, self._effect).run()
        if self._dead:
            raise WorkerDied
        return reply

    def lift(self, host: Host, request: LiftRequest, *, timeout: float) -> SwapReply | HostFailure:
        fake = self.at(host.address, host.port)
        if fake.down:
            return fake.down
        held = fake.fence(request.cluster)
        if request.expected is not None and held != request.expected:
            return SwapReply(
                outcome=Outcome.FAILED,
                fence=held,
                phase=fake.journals[request.cluster].phase if held else None,
                reason=f"the host holds {held or 'no fence'}, not {request.expected}",
                remedy="look again which fence it holds, then lift that one",
            )
        fake.journals.pop(request.cluster, None)
        self._effect("lift")
        return SwapReply(outcome=Outcome.CHANGED, fence=None, phase=None)

    def _effect(self, name: str) -> None:
        self.effects.append(name)
        if self._left is None:
            return
        self._left -= 1
        if self._left == 0:
            self._dead = self._host_finishes
            if not self._host_finishes:
                raise WorkerDied
