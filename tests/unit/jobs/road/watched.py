"""Hosts that hold every single effect to the invariants, at the moment in which it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.audit import Kind
from jobs.claims import LeaderKey, MemberRecord, SqlAnswer, SqlClaim
from jobs.fence import Fence, Standing
from jobs.inventory import Host
from jobs.remote import HostFailure, Phase, SwapReply, SwapRequest
from tests.fakes.hosts import FakeHosts
from tests.fakes.witness import FakeWitness
from tests.world import World


@dataclass(slots=True)
class WatchedHosts(FakeHosts):
    """FakeHosts that write down, in `wrong`, every effect that should not have been.

    `edits` counts how often somebody changed a host's files by hand: each may cost one more restart.
    """

    world: World | None = None
    edits: Counter[str] = field(default_factory=Counter)
    restarts: Counter[tuple[str, Fence]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    now: tuple[Host, SwapRequest, bool] | None = None

    def swap(
        self,
        host: Host,
        request: SwapRequest,
        *,
        timeout: float,
        confirm: Callable[[], bool] | None = None,
    ) -> SwapReply | HostFailure:
        self.now = host, request, self._owed(host, request)
        return FakeHosts.swap(self, host, request, timeout=timeout, confirm=confirm)

    def _owed(self, host: Host, request: SwapRequest) -> bool:
        """Whether anything may be restarted: a file differs, or an earlier swap was not finished."""
        journal = self.at(host.address, host.port).journals.get(request.cluster)
        differs = any(file.splices for app in request.apps for file in app.files)
        return differs or (journal is not None and journal.phase != Phase.CHECKED)

    def _effect(self, name: str) -> None:
        assert self.now is not None
        host, request, owed = self.now
        self._leads(request)
        self._proven(request)
        self._fences_grow(host)
        if name.startswith("restart "):
            self._restarts_once(host, request, owed=owed)
        FakeHosts._effect(self, name)

    def _restarts_once(self, host: Host, request: SwapRequest, *, owed: bool) -> None:
        self.restarts[host.address, request.fence] += 1
        allowed = 1 + self.edits[host.address]
        self._must(owed, f"{host.address} needed nothing and was restarted")
        self._must(self.restarts[host.address, request.fence] <= allowed, "restarted twice")

    def _must(self, holds: object, what: str) -> None:
        """Kept for the test: raised here, the jobs would take it for one host's bug."""
        if not holds:
            self.wrong.append(what)

    def _leads(self, request: SwapRequest) -> None:
        """While etcd is gone, whoever still accepts writes may have led a moment ago (DESIGN 3)."""
        assert self.world is not None
        key = self.world.dcs._view(request.cluster).leader
        leads = key is not None and key.epoch == request.fence.epoch
        if self.world.dcs.unavailable is not None and not leads:
            member = proven(self.world).get(request.fence, "")
            answer = self.world.witness._sql("shop", member, leads=_holds_key(key, member))
            leads = isinstance(answer, SqlAnswer) and answer.writable
        self._must(leads, "changed for a leader who is gone")

    def _proven(self, request: SwapRequest) -> None:
        assert self.world is not None
        self._must(request.fence in proven(self.world), "changed without a confirmed verdict")

    def _fences_grow(self, host: Host) -> None:
        fences = self.at(host.address, host.port).fences
        for held, next_ in zip(fences[-3:], fences[-2:], strict=False):
            grows = next_.stands_against(held) in {Standing.SAME, Standing.HIGHER}
            self._must(grows, f"the fence fell from {held} to {next_}")


@dataclass(slots=True)
class HonestWitness(FakeWitness):
    """A fresh probe finds writable who holds the key, and who was told to go on writing."""

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        holds = _holds_key(self.dcs._view(cluster).leader, record.name)
        return self._sql(cluster, record.name, leads=holds)


def _holds_key(key: LeaderKey | None, member: str) -> bool:
    return key is not None and key.member == member


def proven(world: World) -> dict[Fence, str]:
    """Every fence that the trail says was confirmed, and who led under it."""
    entries = world.ledger.store.of("shop").chain.entries
    told = [e.facts["evidence"] for e in entries if e.facts["kind"] == Kind.VERDICT]
    return {Fence(**e["fence"]): e["member"] for e in told if e["verdict"] == "confirmed"}
