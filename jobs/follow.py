"""One stretch of watching a NodeBalancer: mend it, log in through it, see who is UP, explain what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jobs.balancer.found import FoundNode
from jobs.balancer.landing import Astray, Landed, Landing, Untried
from jobs.balancer.standing import Wrong, follows, to_knock_at, wrongs
from jobs.host import bug_of
from jobs.means import SupersededError
from jobs.mend import KNOCK_WITHIN, mend, within
from jobs.ports import LedgerUnavailable, LinodeUnavailable
from jobs.state import FOLLOWS, LANDED, LATE, WAITING
from jobs.watch import Seen, Sight, Unseen, Watch

SITS_FOR = 2.0
"""Seconds a job watches before it leaves the worker to others; the next respond sends another."""

LOGIN_EVERY = 0.2
STATUS_EVERY = 1.0
"""Seconds between two looks: logins cost little, Linode counts requests."""

UNSEEN_LOGINS = 3
"""Logins in a row that must land on the leader where node status cannot be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a balancer stands when a job leaves it; `through` where a login landed on the leader."""

    outcome: str
    through: bool = False
    reason: str = ""
    remedy: str = ""
    note: str = ""


def follow(watch: Watch, *, through: bool, first: bool) -> End:
    """Watch for SITS_FOR seconds at most. `through`: a login landed in an earlier job; the first one
    that does ends this one, since hosts wait for it. `first`: nobody has mended it for this leader;
    that is done, and the worker left at once, since a balancer takes seconds to follow anyway.

    Linode is asked where something is to be mended or to be seen, not at every look. Raises
    LedgerUnavailable alone.
    """
    try:
        return _followed(watch, through=through, first=first)
    except SupersededError as error:
        return End(outcome=error.outcome, reason=error.reason, remedy=error.remedy)
    except LedgerUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - else it would be taken over, and fail, without end
        bug = bug_of(error)
        return End(outcome=LATE, reason=bug.reason, remedy=bug.remedy)


def _followed(watch: Watch, *, through: bool, first: bool) -> End:
    if not through and isinstance(watch.login(None), Landed):
        return End(outcome=LANDED, through=True)
    sight = mend(watch) if first or watch.want.enforce else None
    in_time = watch.means.known_for() <= watch.table.within
    sits = 0 if first and in_time else SITS_FOR  # hosts of other clusters wait behind a first one
    return _watched(watch, sight, through=through, until=watch.clock.monotonic() + sits)


def _watched(watch: Watch, sight: Sight | None, *, through: bool, until: float) -> End:
    while True:
        landing = watch.login(sight)
        if isinstance(landing, Landed) and not through:
            return End(outcome=LANDED, through=True)
        if not isinstance(landing, Astray):
            sight = sight or mend(watch)
        end = _end(watch, sight, landing)
        if end.outcome == FOLLOWS:
            return end
        if through:  # what has landed once under this fence stays a way to its leader
            end = replace(end, outcome=LANDED, through=True)
        if watch.clock.monotonic() >= until:
            return _overdue(watch, sight, end)
        watch.clock.sleep(STATUS_EVERY if through else LOGIN_EVERY)


def _end(watch: Watch, sight: Sight | None, landing: Landing) -> End:
    """One login, and where that does not contradict it, node status."""
    match landing, sight:
        case Astray(), _:
            at = watch.endpoint(sight)
            return End(outcome=WAITING, reason=f"a login through {at} {landing.reason}")
        case ((Landed() | Untried()), Seen()):
            return _by_status(watch, sight, landing)
        case ((Landed() | Untried()), _):
            assert isinstance(sight, Unseen)
            return _unseen(watch, sight, landing)


def _by_status(watch: Watch, sight: Seen, landing: Landed | Untried) -> End:
    unproven = landing.reason if isinstance(landing, Untried) else ""
    try:
        nodes = _nodes(watch, sight)
    except LinodeUnavailable as error:
        return _unseen(watch, Unseen(reason=error.reason, remedy=error.remedy), landing)
    if follows(watch.want, nodes, watch.leader):
        return End(outcome=FOLLOWS, through=True, note=unproven)
    return End(outcome=WAITING, reason=unproven)


def _unseen(watch: Watch, sight: Unseen, landing: Landed | Untried) -> End:
    """Without the API, logins alone tell; without logins either, nobody knows."""
    unseen = f"node status not seen: {sight.reason}"
    if isinstance(landing, Untried):
        reason = f"{landing.reason}; {unseen}"
        return End(outcome=WAITING, reason=reason, remedy=sight.remedy)
    for _ in range(UNSEEN_LOGINS - 1):
        watch.clock.sleep(LOGIN_EVERY)
        again = watch.login(sight)
        if not isinstance(again, Landed):
            return End(outcome=WAITING, reason=f"a login through its address {again.reason}")
    note = f"{UNSEEN_LOGINS} logins landed there; {unseen}"
    return End(outcome=FOLLOWS, through=True, note=note)


def _overdue(watch: Watch, sight: Sight | None, end: End) -> End:
    """The same end; but where the balancer had its time, with every node that is wrong, and why."""
    if watch.means.known_for() <= watch.table.within:
        return end
    sight = sight or mend(watch)
    if isinstance(sight, Unseen):
        unseen = "" if sight.reason in end.reason else f"node status not seen: {sight.reason}"
        reason = "; ".join(filter(None, [end.reason, unseen]))
        return replace(end, outcome=LATE, reason=reason, remedy=end.remedy or sight.remedy)
    wrong, hindered = _wrong(watch, sight), sight.hindered or Unseen(reason="")
    reason = "; ".join(filter(None, [end.reason, *map(str, wrong), hindered.reason]))
    if not reason:  # it came right between two looks
        return end
    remedies = filter(None, [hindered.remedy, *(w.remedy for w in wrong), end.remedy])
    return replace(end, outcome=LATE, reason=reason, remedy=next(remedies, ""))


def _nodes(watch: Watch, sight: Seen) -> tuple[FoundNode, ...]:
    """The nodes as Linode shows them now."""
    return watch.balancers.nodes(sight.balancer.id, sight.config, timeout=within(watch))


def _wrong(watch: Watch, sight: Seen) -> tuple[Wrong, ...]:
    try:
        nodes = _nodes(watch, sight)
    except LinodeUnavailable:
        nodes = sight.config.nodes
    path = watch.table.check_path
    knocks = {
        member.member: watch.balancers.knock(member.address, path, timeout=KNOCK_WITHIN)
        for member in to_knock_at(watch.want, nodes, watch.leader)
    }
    return wrongs(watch.want, nodes, watch.leader, knocks)
