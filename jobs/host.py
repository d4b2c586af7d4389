"""One host's road to a leader: read, plan, ask the epoch once more, swap."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from jobs.blocked import Blocked
from jobs.claims import LeaderKey, MemberRecord, SqlAnswer, Unknown
from jobs.inventory import Inventory
from jobs.lastread import LastReads, brought_to
from jobs.masking import Known, masked, secrets_in
from jobs.plan import HostPlan, plan_host, read_request
from jobs.ports import Clock, HostHand, Witness
from jobs.remote import FileState, HostFailure, Outcome, ReadReply, SwapReply
from jobs.verdict import Leadership

READ_WITHIN = 10.0

SWAP_WITHIN = 20.0
"""Seconds a swap may take besides the application's own commands, restarts and checks."""

TRIES = 3
"""Reads a job makes of a host whose files change under its hands."""

OURS = "this is a mistake in pgbaton"
"""How the remedy of a bug begins."""

VERDICT_GOOD_FOR = 10.0
"""Seconds a verdict stands in for an etcd that cannot be asked (nobody gains leadership without it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """What all targets of one job have in common: where to, when that was last proven, and `since`
    when it is known, by this worker's own clock, which is `ahead` of Redis' by so many seconds
    (negative: behind). `held` is the leadership that a target was last brought to, as far as that is
    remembered."""

    cluster: str
    leadership: Leadership
    incident: str | None
    verified: float
    since: float
    ahead: float = 0.0
    held: Mapping[str, Leadership] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """The few ports a host needs; the operator's inline repoint brings the same ones without Redis.
    `reads` are this worker's memory of hosts, where it has one."""

    inventory: Inventory
    witness: Witness
    hosts: HostHand
    clock: Clock
    reads: LastReads | None = None


Ended = SwapReply | HostFailure | Blocked
"""How one host ended: swapped or not, not to be asked, or not to be planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one host ended, and how long that took; `sent` is when, within it, the swap went out."""

    reply: Ended
    seconds: float
    sent: float | None = None
    note: str = ""


def move(hands: Hands, mission: Mission, host: str) -> Result:
    """One host's whole road: never raises, and ends in a result that says what to do, and no secret
    of the host's files."""
    began = hands.clock.monotonic()
    notes, seen = list[str](), Seen()
    try:
        reply = _tries(hands, mission, host, notes, seen)
    except Exception as error:  # noqa: BLE001 - one host's bug must not keep the others from reporting
        reply = bug_of(error)
    return Result(
        reply=seen.without_secrets(reply),
        seconds=hands.clock.monotonic() - began,
        sent=None if seen.sent is None else seen.sent - began,
        note=masked("; ".join(notes), seen.known),
    )


@dataclass(slots=True)
class Seen:
    """What was seen on a host's road: the secrets in its files, kept in this memory only, and the instant
    at which the last swap went out."""

    known: Known = field(default_factory=Known)
    sent: float | None = None

    def learn(self, reply: ReadReply) -> None:
        """Take in what its files hold."""
        files = (f.content for f in reply.files if isinstance(f, FileState))
        self.known |= secrets_in(files)

    def without_secrets(self, reply: Ended) -> Ended:
        """What the host said, as it may be kept: a restart may print the password that it was given."""
        reason, remedy = masked(reply.reason, self.known), masked(reply.remedy, self.known)
        return replace(reply, reason=reason, remedy=remedy)


def _tries(hands: Hands, mission: Mission, host: str, notes: list[str], seen: Seen) -> Ended:
    """Straight from the last read where there is one; else, and where it was not the host's state any
    more, from a new one."""
    plan = plan_from_memory(hands, mission, host, learn=seen.learn)
    reply: Ended | None = None
    if plan is not None:
        reply = _swap(hands, mission, host, plan, notes, seen)
    for _ in range(TRIES):
        if reply is not None and not _outdated(reply):
            break
        reply = _try(hands, mission, host, notes, seen)
    assert reply is not None
    return reply


def _outdated(reply: Ended) -> bool:
    return isinstance(reply, SwapReply) and reply.outcome is Outcome.FILE_CHANGED


def bug_of(error: Exception) -> HostFailure:
    """Names the place, never the message: that could hold a line of somebody's file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return HostFailure(
        kind="bug",
        reason=f"{type(error).__name__} at {place}",
        remedy=f"{OURS}; repoint the host by hand and report it",
    )


def _try(hands: Hands, mission: Mission, host: str, notes: list[str], seen: Seen) -> Ended:
    plan = plan_now(hands, mission, host, learn=seen.learn)
    if not isinstance(plan, HostPlan):
        return plan
    return _swap(hands, mission, host, plan, notes, seen)


def _swap(
    hands: Hands, mission: Mission, host: str, plan: HostPlan, notes: list[str], seen: Seen
) -> SwapReply | HostFailure:
    apps = hands.inventory.applications_at(mission.cluster, host)
    own = sum(
        len(a.after) * a.after_timeout + len(a.services) * a.restart_timeout + a.check_timeout
        for a in apps
    )
    reply = hands.hosts.swap(
        hands.inventory.host_at(host),
        plan.request,
        timeout=SWAP_WITHIN + own,
        confirm=partial(_go, hands, mission, notes, seen),
    )
    return _held_back(reply, notes)


def _go(hands: Hands, mission: Mission, notes: list[str], seen: Seen) -> bool:
    """The last look; what passes it goes out at this instant."""
    leads = still_leads(hands, mission, notes)
    seen.sent = hands.clock.monotonic() if leads else None
    return leads


def _held_back(reply: SwapReply | HostFailure, notes: Sequence[str]) -> SwapReply | HostFailure:
    """Tells a leader who changed from one who only could not be proven once more."""
    if not (isinstance(reply, HostFailure) and reply.kind == "superseded" and notes):
        return reply
    remedy = "bring etcd back; the host is tried again"
    return replace(reply, kind="unproven", reason=notes[-1], remedy=remedy)


def plan_now(
    hands: Hands,
    mission: Mission,
    host: str,
    *,
    learn: Callable[[ReadReply], None] = lambda _: None,
) -> HostPlan | HostFailure | Blocked:
    """What this host needs, from what it says now (`learn` hears that); changes nothing."""
    request = read_request(hands.inventory, cluster=mission.cluster, host=host)
    reply = hands.hosts.read(hands.inventory.host_at(host), request, timeout=READ_WITHIN)
    if not isinstance(reply, ReadReply):
        return reply
    learn(reply)
    if hands.reads is not None:
        hands.reads.keep(mission.cluster, host, reply)
    return plan_host(
        hands.inventory,
        cluster=mission.cluster,
        host=host,
        leadership=mission.leadership,
        reply=reply,
    )


def plan_from_memory(
    hands: Hands,
    mission: Mission,
    host: str,
    *,
    learn: Callable[[ReadReply], None] = lambda _: None,
) -> HostPlan | None:
    """What this host needs by what is remembered of it, without a question; None where that is not
    enough, and a hindrance is worth a look."""
    held = mission.held.get(host)
    read = hands.reads.recall(mission.cluster, host) if hands.reads and held else None
    if held is None or read is None:
        return None
    of = {"cluster": mission.cluster, "host": host}
    now = brought_to(hands.inventory, leadership=held, reply=read, **of)
    if now is None:
        return None
    learn(now)
    plan = plan_host(hands.inventory, leadership=mission.leadership, reply=now, **of)
    return plan if isinstance(plan, HostPlan) else None


def still_leads(hands: Hands, mission: Mission, notes: list[str]) -> bool:
    """The look right before a mutation. Without etcd, a young verdict and a fresh probe suffice."""
    key = hands.witness.leader(mission.cluster, timeout=1.0)
    if not isinstance(key, Unknown):
        notes.clear()
        return isinstance(key, LeaderKey) and key.epoch == mission.leadership.fence.epoch
    age = hands.clock.now() - mission.verified
    blind = f"etcd could not be asked ({key.reason})"
    if age > VERDICT_GOOD_FOR:
        notes[:] = [f"{blind}, and a verdict {age:.1f} s old is too old to stand in"]
        return False
    if not _writes(hands, mission.cluster, mission.leadership.record):
        notes[:] = [f"{blind}, and {mission.leadership.member} was not proven writable"]
        return False
    notes[:] = [f"{blind}; a verdict {age:.1f} s old and a fresh SQL probe stood in"]
    return True


def _writes(hands: Hands, cluster: str, record: MemberRecord) -> bool:
    answer = hands.witness.writable(cluster, record, timeout=1.0)
    return isinstance(answer, SqlAnswer) and answer.writable
