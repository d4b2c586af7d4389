"""What each shop host really did: its journal's fences, its shop's starts, its orders."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from deploy.lab import layout, shophost
from deploy.lab.drill.history import Boot, HostHistory, Order
from deploy.lab.lab import Lab
from deploy.lab.process import wait_for
from jobs.fence import Fence, parse_fence
from jobs.inventory import Target

EVERY = 0.05
ANSWERS = 20.0
"""Seconds that a shop may take to say what it runs with: a busy machine is no wrong one."""


@dataclass(slots=True, kw_only=True)
class FenceWatch:
    """Reads every managed host's journal on its own disk, whenever it changed."""

    journals: dict[str, Path]
    fences: dict[str, list[Fence]] = field(default_factory=dict)

    def start(self) -> None:
        threading.Thread(target=self._read_for_ever, daemon=True).start()

    def _read_for_ever(self) -> None:
        while True:
            for host, path in self.journals.items():
                self._read(host, path)
            time.sleep(EVERY)

    def _read(self, host: str, path: Path) -> None:
        seen = self.fences.setdefault(host, [])
        seen.extend(news(seen, list(_told(path, "fence"))))


def news(seen: Sequence[Fence], told: Sequence[str]) -> Iterator[Fence]:
    """What a journal tells that was not seen yet: blocks are appended, or it begins anew with one."""
    fences = [fence for text, _ in groupby(told) if (fence := parse_fence(text)) is not None]
    if seen and seen[-1] in fences:
        fences = fences[len(fences) - fences[::-1].index(seen[-1]) :]
    yield from fences


def journal(lab: Lab, host: str) -> Path:
    """Where the remote script keeps a host's journal of the lab's cluster."""
    behind = layout.BALANCER if lab.behind(host) else None
    name = Target(kind="host", name=host, behind=behind).journal(lab.cluster_of(host))
    return lab.footing.journals(host) / name / "journal"


def journal_fence(path: Path) -> Fence | None:
    """The fence that a journal's last whole block holds; None where there is none (yet)."""
    *_, last = None, *_told(path, "fence")
    return None if last is None else parse_fence(last)


def journal_phase(path: Path) -> str | None:
    """The phase that the same block holds."""
    *_, last = None, *_told(path, "phase")
    return last


def _told(path: Path, name: str) -> Iterator[str]:
    """What each whole block of a journal says of that name."""
    try:
        whole, ended, _ = path.read_text().rpartition("\nend\n")
    except OSError:
        return
    words = (line.split() for line in whole.splitlines() if ended)
    yield from (w[1] for w in words if len(w) > 1 and w[0] == name)


def observe(lab: Lab, host: str, fences: list[Fence]) -> HostHistory:
    """One host as it is now, with everything it went through."""
    boots = tuple(Boot(at=at, db_host=to) for at, to in lab.footing.boots(host))
    light = host in layout.LIGHT
    return HostHistory(
        name=host,
        file=shophost.env_value(lab.footing.env(host), "DB_HOST"),
        running=boots[-1].db_host if light and boots else _running(host),
        boots=boots,
        fences=tuple(fences),
        stirs=tuple(one for one in lab.stirs if one.host == host),
        behind=layout.BALANCER_ADDRESS if lab.behind(host) else None,
        sells=not light,
    )


def _running(host: str) -> str | None:
    """DB_HOST as the running shop knows it; None where that does not answer, however long one asks."""
    try:
        said = wait_for(f"{host}'s shop", partial(shophost.healthz, host), seconds=ANSWERS)
    except TimeoutError:
        return None
    return str(said["db_host"])


def read_orders(history: Path) -> Iterator[Order]:
    """Every attempt so far, in the order in which they ended; a half-written line is left out."""
    lines = history.read_text().splitlines() if history.exists() else []
    return (order for order in map(order_of, lines) if order is not None)


def order_of(line: str) -> Order | None:
    """The attempt that a line tells of; None where the line is not whole."""
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return Order(
        id=raw["id"],
        host=raw["host"],
        sent=raw["sent"],
        ended=raw["ended"],
        result=raw["result"],
        member=raw.get("member"),
        pg_timeline=raw.get("pg_timeline"),
    )
