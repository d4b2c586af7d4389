"""The steps that keep one stale member from taking writes: rejected, stopped, and each looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import assert_never

from jobs.balancer.change import SetMode
from jobs.balancer.found import FoundNode
from jobs.balancer.told import said
from jobs.claims import MemberRecord, SqlAnswer
from jobs.isolation import Reject, Step, Stop, entry_of
from jobs.means import Means, SupersededError
from jobs.mend import within
from jobs.ports import LinodeUnavailable, MemberHand
from jobs.remote import HostFailure
from jobs.state import ISOLATED
from jobs.stopping import StopOrder
from jobs.watch import LOGIN_WITHIN, Watch

STOP_WITHIN = 25.0
"""Seconds for the whole stop: asking Patroni there, a fast stop, and where that hangs an immediate one."""

LOGINS, LOGINS_MOST, PAUSE = 3, 12, 0.25
"""Logins in a row through a NodeBalancer of which none may land on a stale primary; how many are tried,
with so many seconds between them: what is set at Linode takes a moment to be so."""


class PausedError(SupersededError):
    """An operator paused the cluster meanwhile: who takes writes is decided by hand."""

    @property
    def outcome(self) -> str:
        return "superseded"

    @property
    def remedy(self) -> str:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exile:
    """One stale member on its way out. `record` is where its PostgreSQL was last known to listen;
    `turn` tells its steps from those of an earlier time; `paused` asks whether an operator paused the
    cluster by now."""

    means: Means
    members: MemberHand | None
    member: str
    record: MemberRecord | None
    turn: str
    paused: Callable[[], bool]

    @property
    def cluster(self) -> str:
        return self.means.mission.cluster

    def look(self) -> str:
        """The look right before a mutation; as Means.look, and for an operator's pause, too: hands that
        are at work on a member must not be crossed."""
        if self.paused():
            raise PausedError("an operator paused the cluster")
        return self.means.look()

    def announce(self, what: str) -> None:
        """That look, and the entry that says what is done now: once a turn, however often it is tried.
        Raises SupersededError."""
        note = self.look()
        key = f"{self.turn}:{what}:blind" if note else f"{self.turn}:{what}"
        mission = self.means.mission
        self.means.tell(entry_of(self.member, "changing", key, mission, change=what, note=note))


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one step, or a whole member, ended: `isolated` (what the policy wants is done and was looked
    at), `spared` (it need not or must not be), or why not. `did` says what is done, `anew` whether
    this job did any of it: what was so before is no news."""

    outcome: str
    reason: str = ""
    remedy: str = ""
    did: tuple[str, ...] = ()
    anew: bool = False


def banish(exile: Exile, steps: Sequence[Step]) -> End:
    """Every step. One that fails does not hold back the next: where a NodeBalancer hangs, the member
    can be stopped all the same. The first failure speaks. Raises SupersededError."""
    ends = [_step(exile, step) for step in steps]
    did = tuple(word for end in ends for word in end.did)
    failed = next((end for end in ends if end.outcome != ISOLATED), None)
    if failed is None:
        return End(outcome=ISOLATED, did=did, anew=any(end.anew for end in ends))
    return End(outcome=failed.outcome, reason=failed.reason, remedy=failed.remedy, did=did)


def _step(exile: Exile, step: Step) -> End:
    match step:
        case Reject():
            return _reject(exile, Watch(means=exile.means, name=step.balancer))
        case Stop():
            return _stop(exile)
        case _:
            assert_never(step)


def _reject(exile: Exile, watch: Watch) -> End:
    if exile.means.balancers is None:
        remedy = "put one in the secret linode-token of the workers"
        return End(outcome="failed", reason="there is no token for Linode's API", remedy=remedy)
    try:
        with _claimed(exile, watch) as ours:
            if not ours:
                reason = f"another worker is changing NodeBalancer {watch.name}"
                return End(outcome="busy", reason=reason, remedy="nothing; it is tried again")
            return _set(exile, watch)
    except LinodeUnavailable as error:
        return End(outcome="failed", reason=error.reason, remedy=error.remedy)


@contextmanager
def _claimed(exile: Exile, watch: Watch) -> Iterator[bool]:
    """The worker that mends this balancer for the new leader needs it for a moment too."""
    for _ in range(LOGINS_MOST - 1):
        with exile.means.claimed(watch.target) as ours:
            if ours:
                yield True
                return
        watch.clock.sleep(PAUSE)
    with exile.means.claimed(watch.target) as ours:
        yield ours


def _set(exile: Exile, watch: Watch) -> End:
    changes = _rejections(exile, watch)
    for change in changes:
        exile.announce(f"NodeBalancer {watch.name}: {said(change)}")
        watch.balancers.apply(change, timeout=within(watch))
    if changes and _rejections(exile, watch):
        reason = f"NodeBalancer {watch.name} does not show its node as rejected"
        return End(outcome="failed", reason=reason, remedy="see who else changes it")
    return replace(_unreached(watch, f"NodeBalancer {watch.name} rejects it"), anew=bool(changes))


def _rejections(exile: Exile, watch: Watch) -> tuple[SetMode, ...]:
    """What is left to do, by what Linode shows now."""
    found = watch.balancers.read(watch.table, timeout=within(watch))
    config = None if found is None else found.config(watch.table.port)
    if found is None or config is None:
        return ()
    return tuple(
        SetMode(balancer=found.id, config=config.id, id=node.id, label=node.label, mode="reject")
        for node in config.nodes
        if node.mode != "reject" and _is_its(node, exile, watch)
    )


def _is_its(node: FoundNode, exile: Exile, watch: Watch) -> bool:
    """By its machine, whatever its port; never the leader's."""
    stale, leader = watch.want.of(exile.member), watch.want.of(watch.leader)
    if stale is None or (leader is not None and node.address.host == leader.address.host):
        return False
    return node.address.host == stale.address.host


def _unreached(watch: Watch, did: str) -> End:
    """Rejected, and looked at: no login may take writes on another PostgreSQL timeline than the leader's."""
    clean = 0
    for _ in range(LOGINS_MOST):
        clean = 0 if _lands_on_stale(watch) else clean + 1
        if clean == LOGINS:
            return End(outcome=ISOLATED, did=(did,))
        watch.clock.sleep(PAUSE)
    reason = f"logins through NodeBalancer {watch.name} still land on a stale primary"
    remedy = "see that its node is rejected at Linode; stop PostgreSQL on the member"
    return End(outcome="failed", reason=reason, remedy=remedy, did=(did,))


def _lands_on_stale(watch: Watch) -> bool:
    at = watch.endpoint(None)
    if at is None:
        return False
    record = MemberRecord(name=watch.target, conn_url=f"postgres://{at}/", api_url="")
    witness, cluster = watch.means.hands.witness, watch.mission.cluster
    claim = witness.writable(cluster, record, timeout=LOGIN_WITHIN)
    if not isinstance(claim, SqlAnswer) or not claim.writable:
        return False
    return claim.pg_timeline not in {None, watch.fence.pg_timeline}


def _stop(exile: Exile) -> End:
    means, cluster, member = exile.means, exile.cluster, exile.member
    host = means.hands.inventory.member_host(cluster, member)
    if host is None or exile.members is None:
        reason = f"the inventory does not say how {member} is reached over SSH"
        remedy = f"name it in [clusters.{cluster}] machines, and pin its key: pgbaton keys pin {member} --write"
        return End(outcome="blocked", reason=reason, remedy=remedy)
    exile.announce(f"stop PostgreSQL on {member}")
    order, notes = StopOrder(cluster=cluster, fence=means.mission.leadership.fence), list[str]()
    reply = exile.members.stop(
        host, order, timeout=STOP_WITHIN, confirm=lambda: _right(exile, notes)
    )
    if isinstance(reply, HostFailure) and reply.kind == "superseded":
        exile.look()  # says why, where that still holds
    if isinstance(reply, HostFailure):
        return End(outcome=reply.kind, reason=reply.reason, remedy=reply.remedy)
    if not reply.stopped:
        return End(outcome=reply.outcome, reason=reply.reason, remedy=reply.remedy)
    did = "; ".join(filter(None, (reply.reason, *notes)))
    return replace(_silenced(exile, did), anew=reply.outcome == "stopped")


def _right(exile: Exile, notes: list[str]) -> bool:
    """Asked once more when the connection stands: that may have taken seconds. How it was proven, where
    that was not by etcd, is noted."""
    try:
        notes[:] = [exile.look()]
    except SupersededError:
        return False
    return True


def _silenced(exile: Exile, did: str) -> End:
    """Its machine says that it is stopped; a login that can write there contradicts it."""
    if exile.record is not None:
        witness = exile.means.hands.witness
        claim = witness.writable(exile.cluster, exile.record, timeout=LOGIN_WITHIN)
        if isinstance(claim, SqlAnswer) and claim.writable:
            reason = f"{exile.member} takes writes all the same; its machine said: {did}"
            remedy = (
                "another PostgreSQL answers at its address: look who does, or shut the machine down"
            )
            return End(outcome="failed", reason=reason, remedy=remedy)
    return End(outcome=ISOLATED, did=(did,))
