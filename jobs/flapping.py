"""When a return of the leadership is held back, purely: without it, each turn of a leadership that goes to and fro would
restart every application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from jobs.alarms import Alarm
from jobs.audit import Draft, Kind
from jobs.claims import SqlAnswer, SqlClaim
from jobs.inventory import parse_target
from jobs.remote import HOLDS
from jobs.state import ClusterState, Incident
from jobs.turns import Hold, Turn, changes, leader_at, lost_at, turned
from jobs.verdict import Leadership

RESTS = HOLDS | {"superseded"}
"""Outcomes after which a target points where its fence says: it was brought there, and any job since
then gave way before it touched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """A cluster's policy: from `changes` leader changes `within` seconds on a return is held back, until
    the leader has led for `calm` seconds in one epoch."""

    changes: int
    within: float
    calm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An operator's word that the hold of one epoch shall end."""

    epoch: int
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nerve:
    """What is needed besides memory: the policy (None: off), who of the members that were asked proved to
    be a running replica in this look, and an operator's release."""

    policy: Flapping | None = None
    replicas: frozenset[str] = frozenset()
    release: Release | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a round holds back: the targets that stay, the hold as it is remembered, and the turns that
    count from now on. `lifted` says why an earlier hold ended here, `by` who ended it."""

    turns: tuple[Turn, ...]
    hold: Hold | None = None
    targets: frozenset[str] = frozenset()
    lifted: str = ""
    by: str | None = None


def hold_back(
    state: ClusterState, moved: Incident, targets: Sequence[str], nerve: Nerve
) -> Holding:
    """Which targets stay where they are, although `moved`, the incident as this round leaves it, has a
    proven leader.

    Never a target whose member is not proven to be a running replica by this look; and no hold begins
    under an epoch for which something may have been moved already. It is remembered with the incident,
    so that whoever looks next goes on with it, and ends it.
    """
    leadership, before = moved.leadership, held_by(state)
    assert leadership is not None
    resting = at_rest(state, leadership, targets)
    why = _let_go(state, moved, resting, nerve)
    if why is not None:
        return _free(moved, before, why, nerve)
    kept = {target: member for target, member in resting.items() if member in nerve.replicas}
    hold = Hold(
        epoch=leadership.fence.epoch,
        at=state.now if before is None else before.at,
        stays=tuple(dict.fromkeys(kept.values())),
    )
    return Holding(turns=moved.turns, hold=hold, targets=frozenset(kept))


def _let_go(
    state: ClusterState, moved: Incident, resting: Mapping[str, str], nerve: Nerve
) -> str | None:
    """Why nothing is held; None where something is."""
    leadership, policy = moved.leadership, nerve.policy
    assert leadership is not None
    if policy is None:
        return "the inventory asks for no hold any more"
    if not in_question(state, leadership, policy):
        return f"{leadership.member} leads, and that is no flapping return"
    if nerve.release is not None and _released(held_by(state), nerve.release):
        return nerve.release.why
    # By its size: after a jump back nobody shall stay at a replica until the old time is reached again.
    if moved.since is not None and abs(state.now - moved.since) >= policy.calm:
        return f"{leadership.member} has led for {policy.calm:g} s without a change"
    return _nobody_reads(leadership, resting, nerve)


def _nobody_reads(leadership: Leadership, resting: Mapping[str, str], nerve: Nerve) -> str | None:
    if not resting:
        return f"{leadership.member} leads, and nothing points at another member"
    if nerve.replicas.isdisjoint(resting.values()):
        return f"no replica answers at {' and '.join(dict.fromkeys(resting.values()))}"
    return None


def _released(hold: Hold | None, release: Release) -> bool:
    return hold is not None and hold.epoch == release.epoch


def _free(moved: Incident, before: Hold | None, why: str, nerve: Nerve) -> Holding:
    """After an operator's word the changes so far count no more: else the next one would be held too."""
    if before is None:
        return Holding(turns=moved.turns)
    if nerve.release is not None and _released(before, nerve.release):
        return Holding(turns=moved.turns[-1:], lifted=why, by=nerve.release.by)
    return Holding(turns=moved.turns, lifted=why)


def held_by(state: ClusterState) -> Hold | None:
    """The hold that the last round left."""
    return None if state.incident is None else state.incident.hold


def to_ask(
    state: ClusterState, leadership: Leadership, targets: Sequence[str], policy: Flapping | None
) -> tuple[str, ...]:
    """The members whose answers decide whether something is held back; mostly nobody's."""
    if policy is None or not in_question(state, leadership, policy):
        return ()
    return tuple(dict.fromkeys(at_rest(state, leadership, targets).values()))


def serves_readers(claim: SqlClaim, *, system: str) -> bool:
    """True for a proven replica of this system. Who takes writes is a stale primary, and of one who refuses
    the login, or starts, nobody knows: all of these are left at once."""
    if not isinstance(claim, SqlAnswer):
        return False
    return claim.in_recovery and claim.system_identifier in {None, system}


def in_question(state: ClusterState, leadership: Leadership, policy: Flapping) -> bool:
    """True while a hold lasts, and in the first round of a leadership that flaps. A later round of one that
    was let go begins none: its targets are on their way."""
    known, held = state.incident or state.settled, held_by(state) is not None
    if known.fence == leadership.fence:
        return held
    turns = turned(known.turns, leadership, now=state.now)
    return (held or turns != known.turns) and _flaps(turns, policy, now=state.now)


def _flaps(turns: Sequence[Turn], policy: Flapping, *, now: float) -> bool:
    since, lost = now - policy.within, lost_at(turns)
    return lost is not None and lost >= since and changes(turns, since=since) >= policy.changes


def at_rest(
    state: ClusterState, leadership: Leadership, targets: Sequence[str]
) -> Mapping[str, str]:
    """The members beside the leader at whom targets are known to point while nobody moves them.

    A NodeBalancer asks for the primary: a replica serves nobody through it, so neither it nor what
    waits behind it ever rests.
    """
    found = ((target, _rests_at(state, target)) for target in targets)
    return {t: m for t, m in found if m is not None and m != leadership.member}


def _rests_at(state: ClusterState, target: str) -> str | None:
    at, record = parse_target(target), state.hosts.get(target)
    if at.kind == "nodebalancer" or at.gate is not None or target in state.assignments:
        return None
    if record is None or record.fence is None or record.outcome not in RESTS:
        return None
    return leader_at((state.incident or state.settled).turns, record.fence.epoch)


def held_up(state: ClusterState, moved: Incident, nerve: Nerve) -> Iterator[Alarm]:
    """That a return is held back, loudly, once an epoch."""
    hold, policy, leadership = moved.hold, nerve.policy, moved.leadership
    if hold is None or policy is None or leadership is None:
        return
    leader, stays = leadership.member, " and ".join(hold.stays)
    many = changes(moved.turns, since=state.now - policy.within)
    yield Alarm(
        key=f"held:{hold.epoch}",
        reason=(
            f"held: {many} leader changes in {_minutes(policy.within)}; applications stay at {stays} "
            f"(read-only) although {leader} leads"
        ),
        remedy=(
            f"nothing, if {leader} keeps the lead for {policy.calm:g} s; at once: "
            f"pgbaton release {state.cluster} --why TEXT"
        ),
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds % 60 == 0 else f"{seconds:g} s"


def let_go(state: ClusterState, moved: Incident, holding: Holding) -> Iterator[Draft]:
    """The entry of a hold's end."""
    before = held_by(state)
    if before is None or not holding.lifted:
        return
    yield Draft(
        id=f"{moved.id}:released:{before.epoch}",
        kind=Kind.RELEASED,
        incident=moved.id,
        seconds=state.now - before.at,
        evidence={
            "reason": holding.lifted,
            "by": holding.by,
            "stays": list(before.stays),
            "member": None if moved.leadership is None else moved.leadership.member,
            "epoch": before.epoch,
        },
    )


def remembered_hold(moved: Incident, holding: Holding) -> Incident:
    """The incident with what is held back, and with the turns that count from now on."""
    return replace(moved, hold=holding.hold, turns=holding.turns)
