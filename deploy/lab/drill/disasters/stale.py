"""A second primary: Patroni died or hangs, and its PostgreSQL goes on taking writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.lab import patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, alarm, untouched_since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Freeze, Kill
from jobs.audit import Entry, Kind

RETURNS = "the stale member's Patroni returns"


def stale_member(stage: Stage) -> None:
    """Patroni is killed and its PostgreSQL lives on; when Patroni returns, its hook claims to lead."""
    old = stage.leader()
    dead = Kill(old.member, "patroni")
    stage.inject(dead)
    new = stage.until_moved(old)
    stage.until_told(new)
    stage.until("the alarm", lambda: _alarmed(stage), seconds=20)
    stage.mark(RETURNS)
    stage.heal(dead)
    stage.until(
        f"{old.member} to claim to lead",
        lambda: list(_claims(stage.trail.entries, old.member, stage.marks[RETURNS])),
        seconds=30,
    )
    stage.until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.until_concluded()
    stage.settle(3)


def patroni_frozen(stage: Stage) -> None:
    """Patroni hangs and holds everything that it had; thawed, it finds that another leads."""
    old = stage.leader()
    frozen = Freeze(old.member, "patroni")
    stage.inject(frozen)
    new = stage.until_moved(old)
    stage.until_told(new)
    stage.until("the alarm", lambda: _alarmed(stage), seconds=20)
    stage.mark(RETURNS)
    stage.heal(frozen)
    stage.until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.until_concluded()
    stage.settle(3)


def _alarmed(stage: Stage) -> bool:
    told = (e.facts["evidence"] for e in stage.trail.entries if e.facts["kind"] == Kind.ALARM)
    return any(str(one["reason"]).startswith("two writable primaries") for one in told)


def _claims(entries: list[Entry], member: str, since: float) -> Iterator[str]:
    """What a member's hook said of leading since an instant."""
    for entry in entries:
        evidence = entry.facts["evidence"]
        if entry.at / 1e6 < since or entry.facts["kind"] != Kind.EVENT or not evidence["data"]:
            continue
        if evidence["sender"] == member and evidence["data"].get("role") in {"primary", "master"}:
            yield f"{evidence['data'].get('action')} {evidence['data'].get('role')}"


def _unclaimed(history: History) -> Iterator[str]:
    if not _said(history):
        yield "it never claimed to lead, so nothing is proven"


def _said(history: History) -> str:
    before = history.before
    since = history.marks.get(RETURNS, float("inf"))
    return ", ".join(_claims(list(history.entries), before.member, since)) if before else ""


CLAIMED = Invariant("the stale member claims to lead", _unclaimed, _said)

TWO_PRIMARIES = alarm(
    "^two writable primaries: ", name="a second writable primary is named, once", times=1
)

DISASTERS: Mapping[str, Disaster] = {
    "stale-member": Disaster(
        title="a stale member returns and lies",
        act=stale_member,
        must=(
            MOVED,
            TWO_PRIMARIES,
            CLAIMED,
            untouched_since(RETURNS, name="a stale member that claims to lead moves nothing"),
        ),
    ),
    "patroni-frozen": Disaster(
        title="the leader's Patroni hangs, and goes on later",
        act=patroni_frozen,
        must=(
            MOVED,
            TWO_PRIMARIES,
            untouched_since(RETURNS, name="its return moves nothing"),
        ),
    ),
}
