"""A second primary: Patroni died or hangs, and its PostgreSQL goes on taking writes."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import (
    MOVED,
    alarm,
    both_write,
    claims_to_lead,
    interrupted,
    outage,
    untouched_since,
)
from deploy.lab.drill.expected.heard import leads, said
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Fault, Freeze, Kill
from jobs.audit import Kind

AT_LEAST = 1.0
"""Seconds for which a stale primary takes writes, so that the drill is about one."""

RETURNS = "the stale member's Patroni returns"


def stale_member(stage: Stage) -> None:
    """Patroni is killed and its PostgreSQL lives on; when Patroni returns, its hook claims to lead."""
    old = stage.leader()
    new = returns(stage, Kill(old.member, "patroni"))
    stage.until(f"{old.member} to claim to lead", lambda: _claims(stage, old.member))
    follows_again(stage, old, new)


def patroni_frozen(stage: Stage) -> None:
    """Patroni hangs and holds everything that it had; thawed, it finds that another leads."""
    old = stage.leader()
    new = returns(stage, Freeze(old.member, "patroni"))
    follows_again(stage, old, new)


def returns(stage: Stage, fault: Fault) -> Leadership:
    """The leader's Patroni is gone until everybody has left it and the alarm was raised; who leads then."""
    old = stage.leader()
    stage.inject(fault)
    new = stage.until_moved(old)
    stage.until_told(new)
    stage.until("the alarm", lambda: _alarmed(stage))
    stage.mark(RETURNS)
    stage.heal(fault)
    return new


def follows_again(stage: Stage, old: Leadership, new: Leadership) -> None:
    stage.until_follows(old.member, new)
    stage.until_concluded()
    stage.settle(3)


def _alarmed(stage: Stage) -> bool:
    told = (e.facts["evidence"] for e in stage.trail.entries if e.facts["kind"] == Kind.ALARM)
    return any(str(one["reason"]).startswith("two writable primaries") for one in told)


def _claims(stage: Stage, member: str) -> bool:
    since = stage.marks[RETURNS]
    later = [entry for entry in stage.trail.entries if entry.at / 1e6 > since]
    return any(map(leads, said(later, member)))


TWO_PRIMARIES = alarm(
    "^two writable primaries: ", name="a second writable primary is named, once", times=1
)


SERVED_ON = interrupted((0.3, 40))
"""The stale member takes orders until another is promoted, which costs only the way to that one."""

DISASTERS: Mapping[str, Disaster] = {
    "stale-member": Disaster(
        title="a stale member returns and lies",
        act=stale_member,
        must=(
            MOVED,
            TWO_PRIMARIES,
            both_write(AT_LEAST),
            claims_to_lead(mark=RETURNS, name="the stale member claims to lead"),
            outage(10, 60, default=(15, 75)),
            SERVED_ON,
            untouched_since(RETURNS, name="a stale member that claims to lead moves nothing"),
        ),
    ),
    "patroni-frozen": Disaster(
        title="the leader's Patroni hangs, and goes on later",
        act=patroni_frozen,
        must=(
            MOVED,
            TWO_PRIMARIES,
            both_write(AT_LEAST),
            outage(10, 60, default=(15, 75)),
            SERVED_ON,
            untouched_since(RETURNS, name="its return moves nothing"),
        ),
    ),
}
