"""What a round of `respond` comes to, purely: from memory and verdict to one step for the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobs.alarms import Alarm, left_behind, long_leaderless, paused, raised, two_primaries
from jobs.assign import Ground, assign_due, missing, planned, under_way
from jobs.audit import Draft, Kind
from jobs.evidence import of_verdict
from jobs.fence import Fence
from jobs.flapping import Nerve, held_up, hold_back, let_go, remembered_hold
from jobs.isolation import asked, to_isolate
from jobs.rewound import rewound
from jobs.state import Assignment, ClusterState, Incident, Settled
from jobs.turns import turned
from jobs.verdict import Confirmed, Leadership, NotYet, Standby, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to write down and set going. All empty: nothing to do, nothing to say."""

    drafts: tuple[Draft, ...] = ()
    incident: Incident | None = None
    settled: Settled | None = None
    assign: Mapping[str, Assignment] = field(default_factory=dict)
    conclude: bool = False

    @property
    def empty(self) -> bool:
        """True where the ledger need not be touched."""
        return not (self.drafts or self.incident or self.settled or self.assign or self.conclude)


def decide(
    state: ClusterState, verdict: Verdict, ground: Ground, nerve: Nerve | None = None
) -> Step:
    """One round's step. Only a confirmed verdict assigns hosts; everything else is said and kept.
    `nerve` is what holding back a return takes; without it nothing is."""
    match verdict:
        case Confirmed():
            return _confirmed(state, verdict, ground, nerve or Nerve())
        case Standby():
            return _standby(state, verdict, ground)
        case _:
            return _alert(state, verdict, ground)


def _alert(state: ClusterState, verdict: Verdict, ground: Ground) -> Step:
    """Act on nothing; open an incident, or say in the open one what has changed."""
    incident = state.incident or _opened(state, verdict)
    told = _seen(
        replace(
            incident,
            verdict=verdict.kind,
            reason=verdict.reason,
            leaderless=_leaderless(incident, verdict, ground, now=state.now),
        ),
        ground,
        now=state.now,
    )
    told, alarms = raised(told, long_leaderless(told, now=state.now), claims=ground.claims)
    if told == state.incident:
        return Step()
    same = (incident.verdict, incident.reason) == (verdict.kind, verdict.reason)
    if state.incident is not None and same:
        return Step(drafts=tuple(alarms), incident=told)
    said = (*_opening(state, incident), _verdict(told, verdict, ground), *alarms)
    return Step(drafts=said, incident=told)


def _leaderless(
    incident: Incident, verdict: Verdict, ground: Ground, *, now: float
) -> float | None:
    """Since when nobody holds the key. A look that etcd did not answer tells nothing of it."""
    if ground.epoch is not None:
        return None
    begins = incident.leaderless is None and isinstance(verdict, NotYet)
    return now if begins else incident.leaderless


def _seen(incident: Incident, ground: Ground, *, now: float) -> Incident:
    if ground.epoch is None or ground.epoch == incident.seen_epoch:
        return incident
    return replace(incident, seen_epoch=ground.epoch, seen_at=now)


def _standby(state: ClusterState, verdict: Standby, ground: Ground) -> Step:
    if state.incident is None:
        return Step()
    told = replace(state.incident, verdict=verdict.kind, reason=verdict.reason)
    number = state.settled.number + 1
    ended = Draft(
        id=f"{told.id}:concluded",
        kind=Kind.CONCLUDED,
        incident=told.id,
        seconds=state.now - told.opened,
        evidence=of_verdict(verdict),
    )
    return Step(
        drafts=(_verdict(told, verdict, ground), ended),
        settled=replace(state.settled, number=number, turns=state.incident.turns),
    )


def _confirmed(state: ClusterState, verdict: Confirmed, ground: Ground, nerve: Nerve) -> Step:
    fence = verdict.leadership.fence
    back = rewound(state, verdict, ground.targets, revision=ground.revision)
    if state.incident is None and state.settled.fence == fence and not (verdict.stale or back):
        return _repair(state, fence, ground)
    incident = state.incident or _opened(state, verdict)
    moved = _lead(incident, verdict, as_applied(state, verdict.leadership), now=state.now)
    drafts = list(_opening(state, incident))
    if state.incident is None or (incident.verdict, incident.fence) != ("confirmed", fence):
        drafts.append(_verdict(moved, verdict, ground))
    holding = hold_back(state, moved, ground.targets, nerve)
    moved = remembered_hold(moved, holding)
    drafts += let_go(state, moved, holding)
    held = held_up(state, moved, nerve)
    left = missing(state, fence, ground.targets)
    withheld = paused(state, verdict) if left else ()
    said = [*back, *two_primaries(verdict), *withheld, *held, *_behind(state, fence, left)]
    moved, alarms = raised(moved, said, claims=ground.claims)
    drafts += alarms
    if state.paused() and left:
        return Step(drafts=tuple(drafts), incident=moved)
    assign = assign_due(state, fence, _without(ground, holding.targets))
    drafts += planned(state, assign, fence=fence, incident=moved.id)
    exiles = exiled(state, verdict, ground, suspects=_suspects(state, incident, fence))
    drafts += asked(exiles, verdict, incident=moved.id)
    conclude = not assign and not exiles and not left
    given = {**assign, **exiles}
    return Step(drafts=tuple(drafts), incident=moved, assign=given, conclude=conclude)


def _behind(state: ClusterState, fence: Fence, left: Sequence[str]) -> Iterator[Alarm]:
    """Who failed and is to be tried again: among many hosts there may always be one that is at work, so
    that no conclude comes to name the others."""
    return left_behind(state, fence, [t for t in left if not under_way(state, fence, t)])


def _suspects(state: ClusterState, incident: Incident, fence: Fence) -> frozenset[str]:
    """Who led until now, as soon as another one is proven: the look that proves it asks nobody else
    whether they take writes, and the one that does comes after the slowest host."""
    if incident.fence == fence:
        return frozenset()
    led = None if incident.leadership is None else incident.leadership.member
    return frozenset(member for member in (state.settled.member, led) if member is not None)


def exiled(
    state: ClusterState,
    verdict: Confirmed,
    ground: Ground,
    *,
    suspects: Collection[str] = (),
) -> Mapping[str, Assignment]:
    """The members that are to be isolated and are nobody's: beside the hosts, never before them."""
    members = (
        () if state.paused() else to_isolate(verdict, ground.isolation, suspects=sorted(suspects))
    )
    return assign_due(state, verdict.leadership.fence, replace(ground, targets=members))


def _without(ground: Ground, stay: Collection[str]) -> Ground:
    return replace(ground, targets=tuple(t for t in ground.targets if t not in stay))


def _repair(state: ClusterState, fence: Fence, ground: Ground) -> Step:
    """No incident, but hosts that are new, drifted or came back: give them work, quietly."""
    if state.paused():
        return Step()
    assign = assign_due(state, fence, ground)
    return Step(drafts=tuple(planned(state, assign, fence=fence, incident=None)), assign=assign)


def _opened(state: ClusterState, verdict: Verdict) -> Incident:
    number = state.settled.number + 1
    return Incident(
        id=f"{state.cluster}-{number}",
        cluster=state.cluster,
        opened=state.now,
        verdict=verdict.kind,
        reason=verdict.reason,
        before=state.settled.member,
        turns=state.settled.turns,
    )


def _opening(state: ClusterState, incident: Incident) -> tuple[Draft, ...]:
    if state.incident is not None:
        return ()
    held = state.settled.fence
    evidence = {
        "before": incident.before,
        "epoch": None if held is None else held.epoch,
        "why": incident.reason,
    }
    return (
        Draft(
            id=f"{incident.id}:opened", kind=Kind.OPENED, incident=incident.id, evidence=evidence
        ),
    )


def as_applied(state: ClusterState, seen: Leadership) -> Leadership:
    """The leadership as targets are, or were, brought to it. Under one fence the replicas stay as they were
    when it was first proven: files name those that could be read from then, and what a replica does
    meanwhile is no reason to write them, and to restart, once more. Who joined since is known, and read
    from by nobody."""
    proven = (one.leadership for one in (state.incident, state.settled) if one is not None)
    known = next((one for one in proven if one is not None and one.fence == seen.fence), None)
    if known is None:
        return seen
    names = {m.name for m in known.others}
    joined = (replace(m, state=None) for m in seen.others if m.name not in names)
    return replace(seen, others=(*known.others, *joined))


def _lead(
    incident: Incident, verdict: Confirmed, leadership: Leadership, *, now: float
) -> Incident:
    fence = leadership.fence
    epochs = incident.epochs if fence.epoch in incident.epochs else (*incident.epochs, fence.epoch)
    return replace(
        incident,
        verdict=verdict.kind,
        reason=verdict.reason,
        leadership=leadership,
        verified=now,
        since=incident.since if incident.fence == fence else now,
        epochs=epochs,
        leaderless=None,
        turns=turned(incident.turns, verdict.leadership, now=now),
    )


def _verdict(incident: Incident, verdict: Verdict, ground: Ground) -> Draft:
    return Draft(
        id=f"{ground.round_id}:verdict",
        kind=Kind.VERDICT,
        incident=incident.id,
        seconds=ground.took,
        evidence={
            **of_verdict(verdict),
            "claims": ground.claims,
            "worker": ground.worker,
            "tried": list(ground.tried),
        },
    )
