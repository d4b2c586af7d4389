"""Hosts that hold every single effect to the invariants, at the moment in which it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.audit import Kind
from jobs.claims import LeaderKey, MemberRecord, SqlAnswer, SqlClaim, Unknown
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
    Hosts at the leader are restarted once a fence, those behind a NodeBalancer once a promotion, and
    only once a login had landed on whom it promoted.
    """

    world: World | None = None
    edits: Counter[str] = field(default_factory=Counter)
    restarts: Counter[tuple[str, str, str, Fence | int]] = field(default_factory=Counter)
    held: dict[tuple[str, str], list[Fence]] = field(default_factory=dict)
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
        return request.force or differs or (journal is not None and journal.phase != Phase.CHECKED)

    def _effect(self, name: str) -> None:
        assert self.now is not None
        host, request, owed = self.now
        self._leads(request)
        self._proven(request)
        self._fences_grow(host, request)
        if name.startswith("restart "):
            self._restarts_once(host, request, name.removeprefix("restart "), owed=owed)
        FakeHosts._effect(self, name)

    def _restarts_once(self, host: Host, request: SwapRequest, service: str, *, owed: bool) -> None:
        behind, fence = "@" in request.cluster, request.fence
        once = host.address, request.cluster, service, fence.pg_timeline if behind else fence
        self.restarts[once] += 1
        allowed = self.edits[host.address] + (not behind or self._promoted(host, request))
        self._must(owed, f"{host.address} needed nothing and was restarted")
        self._must(self.restarts[once] <= allowed, "restarted twice")
        if behind:
            self._must(fence.pg_timeline in self._landed(), "restarted before a login had landed")

    def _promoted(self, host: Host, request: SwapRequest) -> bool:
        """Whether the host followed somebody else before, as far as it ever knew."""
        held = self.held.get((host.address, request.cluster), [])
        return any(fence.pg_timeline != request.fence.pg_timeline for fence in held)

    def _landed(self) -> set[int]:
        assert self.world is not None
        assert isinstance(self.world.witness, HonestWitness)
        return self.world.witness.landed

    def _must(self, holds: object, what: str) -> None:
        """Kept for the test: raised here, the jobs would take it for one host's bug."""
        if not holds:
            self.wrong.append(what)

    def _leads(self, request: SwapRequest) -> None:
        """While etcd is gone, whoever still accepts writes may have led a moment ago."""
        assert self.world is not None
        key = self.world.dcs._view("shop").leader
        leads = key is not None and key.epoch == request.fence.epoch
        if self.world.dcs.unavailable is not None and not leads:
            member = proven(self.world).get(request.fence, "")
            answer = self.world.witness._sql("shop", member, leads=_holds_key(key, member))
            leads = isinstance(answer, SqlAnswer) and answer.writable
        self._must(leads, "changed for a leader who is gone")

    def _proven(self, request: SwapRequest) -> None:
        assert self.world is not None
        self._must(request.fence in proven(self.world), "changed without a confirmed verdict")

    def _fences_grow(self, host: Host, request: SwapRequest) -> None:
        next_ = self.at(host.address, host.port).fence(request.cluster)
        held = self.held.setdefault((host.address, request.cluster), [])
        if next_ is None or (held and held[-1] == next_):
            return
        grows = next_.stands_against(held[-1] if held else None) in {
            Standing.FIRST,
            Standing.HIGHER,
        }
        self._must(grows, f"the fence fell from {held[-1:]} to {next_}")
        held.append(next_)


@dataclass(slots=True)
class HonestWitness(FakeWitness):
    """A fresh probe finds writable who holds the key, and who was told to go on writing. `landed`
    are the PostgreSQL timelines on whose leader a login through a NodeBalancer landed."""

    landed: set[int] = field(default_factory=set)

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        through = record.name in self.through
        member = self._arrives(record.name) if through else record.name
        if member is None:
            return Unknown(reason="connection refused")
        holds = _holds_key(self.dcs._view(cluster).leader, member)
        answer = self._sql(cluster, member, leads=holds)
        if through and isinstance(answer, SqlAnswer) and answer.writable and answer.pg_timeline:
            self.landed.add(answer.pg_timeline)
        return answer


def _holds_key(key: LeaderKey | None, member: str) -> bool:
    return key is not None and key.member == member


def proven(world: World) -> dict[Fence, str]:
    """Every fence that the trail says was confirmed, and who led under it."""
    entries = world.ledger.store.of("shop").chain.entries
    told = [e.facts["evidence"] for e in entries if e.facts["kind"] == Kind.VERDICT]
    return {Fence(**e["fence"]): e["member"] for e in told if e["verdict"] == "confirmed"}
