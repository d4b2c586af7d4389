"""DESIGN 13, 1 and 5: where the hosts point, and how often their shops were restarted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from deploy.lab.drill.history import Boot, History, HostHistory, Leadership, Order
from deploy.lab.drill.invariants.facts import SLACK


def strays(history: History) -> Iterator[str]:
    """Hosts that do not point at the confirmed leader, or whose shop uses another."""
    leader = history.leader
    if leader is None:
        yield "nobody led at the end"
        return
    if not history.hosts:
        yield "no managed host was observed"
    for host in history.hosts:
        yield from _stray(host, leader, _last_acknowledged(history, host.name))


def _stray(host: HostHistory, leader: Leadership, last: Order | None) -> Iterator[str]:
    for what, value in (("its file says", host.file), ("its shop runs with", host.running)):
        if value != leader.address:
            yield f"{host.name}: {what} {value}, the leader is {leader.address} ({leader.member})"
    if last is None:
        yield f"{host.name}: no order was ever acknowledged"
    elif last.member != leader.address or last.sent < leader.since:
        yield f"{host.name}: its last order was acknowledged by {last.member}"


def _last_acknowledged(history: History, host: str) -> Order | None:
    mine = (o for o in history.acknowledged if o.host == host)
    return max(mine, key=lambda o: o.ended, default=None)


def all_at_leader(history: History) -> str:
    leader = history.leader
    assert leader is not None
    names = ", ".join(h.name for h in history.hosts)
    return f"{names}: file, running shop and last order at {leader.address} ({leader.member})"


def needless_restarts(history: History) -> Iterator[str]:
    """Shops restarted although nothing changed for them, or more than once an epoch."""
    leader = history.leader
    for host in history.hosts:
        for before, boot in pairwise(host.boots):
            yield from _needless(host.name, before, boot, history.leaderships)
        moved = bool(host.boots) and leader is not None and host.boots[0].db_host != leader.address
        if moved and len(host.boots) == 1:
            yield f"{host.name}: never restarted, although the leader changed"


def _needless(
    host: str, before: Boot, boot: Boot, leaderships: Sequence[Leadership]
) -> Iterator[str]:
    if boot.db_host == before.db_host:
        yield f"{host}: restarted with the same DB_HOST {boot.db_host}"
    if not any(_reason(one, before, boot) for one in leaderships):
        yield f"{host}: restarted to {boot.db_host}, which no new epoch asked for"


def _reason(one: Leadership, before: Boot, boot: Boot) -> bool:
    return one.address == boot.db_host and before.at - SLACK < one.since < boot.at + SLACK


def restarts_counted(history: History) -> str:
    told = (f"{h.name} {restarts(h)}" for h in history.hosts)
    return "restarts counted from real starts: " + ", ".join(told)


def restarts(host: HostHistory) -> int:
    """Starts after the first one."""
    return max(len(host.boots) - 1, 0)
