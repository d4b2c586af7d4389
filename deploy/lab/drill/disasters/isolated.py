"""A second primary where the inventory says that it is stopped: nobody has to get up for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from deploy.lab import layout, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, alarm, beside
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.stage import Stage
from deploy.lab.isolation import STOPPING, start_isolation
from deploy.lab.nemesis import Freeze, Kill
from deploy.lab.nemesis.fault import Fault
from deploy.lab.setting import Setting, merged
from jobs.audit import Kind

SETTING = Setting(inventory=STOPPING, also=(start_isolation,))
BEHIND = Setting(
    endpoint="both",
    inventory=merged(STOPPING, {"nodebalancers": {layout.BALANCER: {"modes": "enforce"}}}),
    also=(start_isolation,),
)
WITHIN = 15.0
"""Seconds from a new leader's first write until the stale member takes none any more."""


def isolated(fault: Callable[[str, str], Fault]) -> Callable[[Stage], None]:
    """The leader's Patroni dies or hangs; the incident ends before anybody looks after it."""

    def act(stage: Stage) -> None:
        old = stage.leader()
        broken = fault(old.member, "patroni")
        stage.inject(broken)
        new = stage.until_moved(old)
        stage.until_told(new)
        stage.until_concluded()
        stage.heal(broken)
        follows = partial(patroni.follows, old.member, new.member)
        stage.until(f"{old.member} to follow", follows)
        stage.until_quiet()
        stage.settle(3)

    return act


def _wrong(history: History) -> Iterator[str]:
    before, told = history.before, _told(history)
    if before is None or not any(one["outcome"] == "isolated" for one in told):
        yield f"no entry says so: {', '.join(str(one['outcome']) for one in told) or 'none'}"
        return
    wrong = {str(one["member"]) for one in told} - {before.member}
    if wrong:
        yield f"others were isolated: {', '.join(sorted(wrong))}"
    if beside(history) > WITHIN:
        yield f"{before.member} took writes for {beside(history):.1f} s beside the new leader"


def _told(history: History) -> list[Mapping[str, object]]:
    later = history.later()
    return [e.facts["evidence"] for e in later if e.facts["kind"] == Kind.ISOLATION]


def _did(history: History) -> list[str]:
    return [d for one in _told(history) for d in one.get("did", ())]  # type: ignore[attr-defined]


def _unrejected(history: History) -> Iterator[str]:
    if not any(f"NodeBalancer {layout.BALANCER} rejects it" in did for did in _did(history)):
        yield f"it did: {'; '.join(_did(history)) or 'nothing'}"


def _proof(history: History) -> str:
    return f"{'; '.join(_did(history))}; beside the new leader for {beside(history):.1f} s"


ISOLATED = Invariant("the stale member alone is isolated, and takes no writes", _wrong, _proof)
REJECTED = Invariant(
    "the NodeBalancer rejects the stale member", _unrejected, lambda h: "; ".join(_did(h))
)
NAMED = alarm("^two writable primaries: ", name="a second writable primary is named, once", times=1)

DISASTERS: Mapping[str, Disaster] = {
    "stale-isolated": Disaster(
        title="the leader's Patroni is killed, and its PostgreSQL is stopped",
        act=isolated(Kill),
        must=(MOVED, NAMED, ISOLATED),
        setting=SETTING,
    ),
    "frozen-isolated": Disaster(
        title="the leader's Patroni hangs, and its PostgreSQL is stopped",
        act=isolated(Freeze),
        must=(MOVED, NAMED, ISOLATED),
        setting=SETTING,
    ),
    "stale-rejected": Disaster(
        title="the leader's Patroni is killed behind a NodeBalancer, and its PostgreSQL is stopped",
        act=isolated(Kill),
        must=(MOVED, NAMED, ISOLATED, REJECTED),
        setting=BEHIND,
    ),
}
