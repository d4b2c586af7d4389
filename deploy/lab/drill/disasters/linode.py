"""Linode's API is silent or unwilling: what stands there goes on working, and pgbaton says what it could not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from deploy.lab import front
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.balancer import FRONT
from deploy.lab.drill.expected import MOVED
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import LinodeDown, LinodeLimited, LoseMachine, Switchover
from jobs.audit import Kind

STILL_GONE = "Linode's API is gone to the end"
STILL_LIMITED = "Linode's API answers 429 to the end"


def linode_down(stage: Stage) -> None:
    """Linode's API takes connections and never answers, from before the fault to the end."""
    gone, old = LinodeDown(), stage.leader()
    stage.also(gone)
    stage.inject(LoseMachine(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    if front.api_status() is None:
        stage.mark(STILL_GONE)


def linode_limited(stage: Stage) -> None:
    """Linode's API answers 429 to everybody, from before the fault to the end."""
    limited, old = LinodeLimited(), stage.leader()
    stage.also(limited)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    if front.api_status() == HTTPStatus.TOO_MANY_REQUESTS:
        stage.mark(STILL_LIMITED)
    stage.heal(limited)


def _unsaid(history: History) -> Iterator[str]:
    if not any("node status not seen" in note for note in _notes(history)):
        yield "; ".join(_notes(history)) or "the trail says nothing of the NodeBalancer"


def _notes(history: History) -> list[str]:
    told = (e.facts["evidence"] for e in history.later() if e.facts["kind"] == Kind.BALANCER)
    return [str(one.get("note")) for one in told if one["outcome"] == "follows"]


UNSEEN = Invariant(
    "the incident says what could not be seen", _unsaid, lambda h: "; ".join(_notes(h))
)


def _throughout(mark: str, *, name: str) -> Invariant:
    """The drill would prove nothing if the API had been well again meanwhile."""

    def wrong(history: History) -> Iterator[str]:
        if mark not in history.marks:
            yield "it was well before the end"

    return Invariant(name, wrong, lambda _: mark)


GONE = _throughout(STILL_GONE, name="Linode's API was down throughout")
LIMITED = _throughout(STILL_LIMITED, name="Linode's API answered 429 throughout")


DISASTERS: Mapping[str, Disaster] = {
    "linode-down": Disaster(
        title="the leader's machine is lost while Linode's API is down",
        act=linode_down,
        must=(MOVED, UNSEEN, GONE),
        setting=FRONT,
    ),
    "linode-limited": Disaster(
        title="a switchover while Linode's API answers 429 to everybody",
        act=linode_limited,
        must=(MOVED, UNSEEN, LIMITED),
        setting=FRONT,
    ),
}
