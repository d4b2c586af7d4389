"""One storm: clusters lose their leaders within a second, and it is waited for until the last incident is concluded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.lab.bench.leaders import Seat
from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.ground import Ground
from deploy.lab.machine import LabError
from deploy.lab.process import wait_until
from jobs.inventory import Inventory
from jobs.state import Settled, load

WITHIN = 0.9
"""Seconds from the first loss to the last one's beginning."""
SLICES = 10
LOOK = 0.5
PATIENCE = 30.0
"""Seconds that a storm may take, and EACH for every cluster besides."""
EACH = 3.0
SHOWN, LAST = 5, 8
"""Clusters that are shown where a storm has no end, and how many of their newest entries."""
TELLING = ("verdict", "outcome", "reason", "note", "alarm", "behind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """What was done to etcd. `began` and `ended` by the machine's clock, which is Redis' too; `epochs`
    and `seats` by cluster; `before` is the last entry of each trail at that time."""

    began: float
    ended: float
    epochs: Mapping[str, int]
    seats: Mapping[str, Seat]
    before: Mapping[str, int]


def first_leaders(ground: Ground, names: Sequence[str]) -> Mapping[str, int]:
    """Somebody leads each of them; the epochs. What pgbaton makes of that is no storm."""
    said = ground.leaders.elect([crowd.seat(name, 0) for name in names])
    return {name: said[crowd.scope_of(name)] for name in names}


def strike(
    ground: Ground, names: Sequence[str], *, gap: float = 0.0, over: float = WITHIN
) -> Struck:
    """All of them lose their leader within a second; `gap` seconds later others begin to lead, the last
    of them `over` seconds after the first."""
    seats = {name: _next(ground, name) for name in names}
    before = {name: head.seq for name, head in ground.ledger.heads(names).items()}
    began, epochs = time.time(), dict[str, int]()
    plan = [(at, "lose", some) for at, some in slices(names)]
    plan += [(at * over / WITHIN + gap, "elect", some) for at, some in slices(names)]
    for at, what, some in sorted(plan, key=lambda one: one[0]):
        time.sleep(max(0.0, began + at - time.time()))
        if what == "lose":
            ground.leaders.lose([crowd.scope_of(name) for name in some])
        else:
            said = ground.leaders.elect([seats[name] for name in some])
            epochs |= {name: said[crowd.scope_of(name)] for name in some}
    return Struck(began=began, ended=time.time(), epochs=epochs, seats=seats, before=before)


def slices(names: Sequence[str]) -> Iterator[tuple[float, Sequence[str]]]:
    """Who is struck when, in seconds from the first."""
    count = min(SLICES, len(names))
    for number in range(count):
        yield WITHIN * number / count, names[number::count]


def _next(ground: Ground, name: str) -> Seat:
    turn = ground.turns[name] = ground.turns.get(name, 0) + 1
    return crowd.seat(name, turn)


def until_concluded(ground: Ground, epochs: Mapping[str, int]) -> None:
    """LabError, with what is known of them, where incidents stay open or never opened."""
    left = dict(epochs)

    def done() -> bool:
        for name in concluded(ground, left):
            del left[name]
        return not left

    seconds = PATIENCE + EACH * len(left)
    try:
        wait_until(f"the end of {len(left)} incidents", done, seconds=seconds, step=LOOK)
    except TimeoutError as error:
        told = _left_open(ground, list(left))
        raise LabError(f"{error}; {len(left)} are open\n{told}") from None


def concluded(ground: Ground, epochs: Mapping[str, int]) -> Sequence[str]:
    """Whose incident is over, and applied under that epoch: one question for all of them."""
    with ground.client.pipeline(transaction=False) as pipe:
        for name in epochs:
            pipe.hmget(_state(ground.lab.inventory, name), ["incident", "settled"])
        found = dict(zip(epochs, pipe.execute(), strict=True))
    return [name for name, kept in found.items() if _over(kept, epochs[name])]


def _state(inventory: Inventory, cluster: str) -> str:
    return f"{inventory.redis.prefix}:state:{cluster}"


def _over(kept: Sequence[bytes | None], epoch: int) -> bool:
    incident, settled = kept
    if incident is not None or settled is None:
        return False
    fence = load(Settled, settled.decode()).fence
    return fence is not None and fence.epoch == epoch


def _left_open(ground: Ground, names: Sequence[str]) -> str:
    """What the trails of a few of these say last."""
    lines = []
    for name in names[:SHOWN]:
        for entry in list(ground.ledger.entries(name))[-LAST:]:
            evidence = entry.facts["evidence"]
            said = {key: evidence[key] for key in TELLING if evidence.get(key)}
            lines.append(f"{name}: {entry.facts['kind']} {said}")
    return "\n".join(lines)
