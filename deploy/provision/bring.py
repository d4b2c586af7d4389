"""Look, make what can be made, look again: until nothing is left to make, or something stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from deploy.provision.found import Found
from deploy.provision.plan import Item, plan
from deploy.provision.steps import CreateLinode, Step, Waits, told
from deploy.provision.wanted import Wanted
from jobs.inventory import NodeBalancer
from jobs.ports import LinodeUnavailable

T = TypeVar("T")

PASSES = 12
"""Looks until it must be done: what a step brings about (a VPC's subnet, say) shows in the next."""

PATIENCE = 180.0
"""Seconds that it waits in all when Linode asks for patience (429)."""


class Hand(Protocol):
    """What it takes of an Account."""

    def look(self, vpc: str, balancers: Sequence[NodeBalancer]) -> Found: ...
    def make(self, step: Step) -> None: ...
    def statuses(self) -> dict[str, str]: ...


@dataclass(slots=True, kw_only=True)
class Brought:
    """What became of it: the steps that were made, how all stands now, why it stopped (and at which
    step), and which Linodes do not run yet."""

    made: list[Step] = field(default_factory=list)
    items: tuple[Item, ...] = ()
    found: Found = field(default_factory=Found)
    stopped: LinodeUnavailable | None = None
    at: Step | None = None
    waiting: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Pace:
    """How it waits, and whom it tells."""

    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    left: float = PATIENCE

    def patiently(self, work: Callable[[], T]) -> T:
        """The work, again after as long as Linode asks for, while there is patience."""
        while True:
            try:
                return work()
            except LinodeUnavailable as error:
                wait = max(error.retry_after or 1.0, 1.0)
                if error.status != 429 or wait > self.left:  # noqa: PLR2004
                    raise
                self.left -= wait
                self.tell(f"Linode asks for patience: going on in {round(wait)} s")
                self.sleep(wait)


def bring(hand: Hand, want: Wanted, balancers: Sequence[NodeBalancer], pace: Pace) -> Brought:
    """Bring about what is wanted. Whatever stops it, the next run goes on from there. It makes nothing
    at all where a label is somebody else's."""
    done = Brought()
    try:
        for _ in range(PASSES):
            if not _pass(hand, want, balancers, pace, done):
                return done
    except LinodeUnavailable as error:
        done.stopped = error
        return done
    done.stopped = LinodeUnavailable(
        "what was created does not show", "wait a minute, and run it again"
    )
    return done


def await_running(
    hand: Hand, labels: Sequence[str], pace: Pace, *, within: float
) -> tuple[str, ...]:
    """The Linodes that do not run after so many seconds; asked every three."""
    waited = 0.0
    while True:
        statuses = pace.patiently(hand.statuses)
        waiting = tuple(one for one in labels if statuses.get(one) != "running")
        if not waiting or waited >= within:
            return waiting
        if not waited:
            pace.tell(f"waiting for {len(waiting)} to run")
        pace.sleep(3.0)
        waited += 3.0


def coming_up(done: Brought, want: Wanted) -> tuple[str, ...]:
    """The Linodes to wait for: those that were made just now, and those that are on their way. One that
    somebody switched off stays off."""
    new = {step.want.label for step in done.made if isinstance(step, CreateLinode)}
    settled = {"running", "offline", "stopped", "billing_suspension"}
    return tuple(
        label
        for label, there in done.found.linodes.items()
        if label in {one.label for one in want.linodes}
        and (label in new or there.status not in settled)
    )


def _pass(
    hand: Hand, want: Wanted, balancers: Sequence[NodeBalancer], pace: Pace, done: Brought
) -> bool:
    """One look and what follows from it; False where nothing does."""
    done.found = pace.patiently(lambda: hand.look(want.vpc.label, balancers))
    done.items = plan(want, done.found)
    if any(item.verdict == "foreign" for item in done.items):
        return False
    steps = [i.step for i in done.items if i.step is not None and not isinstance(i.step, Waits)]
    for step in steps:
        done.at = step
        pace.patiently(lambda made=step: hand.make(made))  # type: ignore[misc]
        done.made.append(step)
        done.at = None
        pace.tell(told(step))
    return bool(steps)
