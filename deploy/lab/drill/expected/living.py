"""What a process's death must show elsewhere: in signs of life that stop, and in words that are not said meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from deploy.lab.drill.history import History, Injected
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.inventory import HEARTBEAT

MISSED = 2
"""Beats in a row whose lack a dead-man's switch must have had the time to notice."""

UNDER_WAY = 0.5
"""Seconds after a death until whatever was sent just before it has arrived."""


def struck(history: History, kind: str) -> Injected | None:
    """The first fault of a kind."""
    return next((one for one in history.injected if one.fault == kind), None)


def healed(one: Injected) -> float:
    """When it was healed; never is later than everything."""
    return one.healed or float("inf")


def missed(who: str, *, fault: str) -> Invariant:
    """While a fault of this kind lasts nobody beats in the name of `who`, long enough for a dead-man's
    switch to notice; everybody else goes on, and afterwards `who` beats again."""

    def wrong(history: History) -> Iterator[str]:
        down = struck(history, fault)
        if down is None:
            yield "nobody was struck"
            return
        yield from _own(history, who, down)
        for other in history.beats.keys() - {who}:
            yield from _others(history, other, down)

    return Invariant(
        f"the dead-man's switch misses the {who}, and nobody else",
        wrong,
        lambda history: _silence(history, who, fault),
    )


def _own(history: History, who: str, down: Injected) -> Iterator[str]:
    mine, end = history.beats.get(who, ()), healed(down)
    if end - down.at < MISSED * HEARTBEAT:
        yield f"{who} was away for {end - down.at:.1f} s only: nobody could notice"
    if any(down.at + UNDER_WAY < at < end for at in mine):
        yield f"{who} gave signs of life meanwhile"
    if not any(at < down.at for at in mine):
        yield f"{who} gave no sign of life before, so nothing is proven"
    if not any(at > end for at in mine):
        yield f"{who} gave no sign of life afterwards"


def _others(history: History, who: str, down: Injected) -> Iterator[str]:
    """Gaps of others meanwhile that a switch would take for a death."""
    ends = [at for at in history.beats[who] if down.at - HEARTBEAT - 1 < at < healed(down)]
    for before, after in pairwise([*ends, healed(down)]):
        if after - before > MISSED * HEARTBEAT:
            yield f"{who} gave no sign of life for {after - before:.1f} s"


def _silence(history: History, who: str, fault: str) -> str:
    down, mine = struck(history, fault), history.beats.get(who, ())
    assert down is not None
    before = max(at for at in mine if at < down.at + UNDER_WAY)
    after = min(at for at in mine if at > healed(down))
    return f"no sign of life of {who} for {after - before:.1f} s; one is due every {HEARTBEAT} s"


def unsaid(fault: str, *, name: str) -> Invariant:
    """Nothing comes to Slack while a fault of this kind lasts: else the drill would prove nothing."""

    def wrong(history: History) -> Iterator[str]:
        down = struck(history, fault)
        if down is None or down.healed is None:
            yield "it was never struck and healed"
            return
        for message in history.slack:
            if down.at + UNDER_WAY < message.at < down.healed:
                yield f"{message.key} came {message.at - down.at:.1f} s after it began"

    return Invariant(name, wrong, lambda _: "no message came meanwhile")
