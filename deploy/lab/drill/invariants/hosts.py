"""Where the hosts point, and how often their shops were restarted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from deploy.lab.drill.history import Boot, History, HostHistory, Leadership, Order
from deploy.lab.drill.invariants.facts import SLACK
from deploy.lab.stir import Stir


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
    wanted = host.behind or leader.address
    whose = "the NodeBalancer is" if host.behind else f"the leader ({leader.member}) is"
    for what, value in (("its file says", host.file), ("its shop runs with", host.running)):
        if value != wanted:
            yield f"{host.name}: {what} {value}, {whose} {wanted}"
    if not host.sells:
        return
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
    at = [h.name for h in history.shops if h.behind is None]
    light = [h.name for h in history.hosts if not h.sells]
    behind = [h.name for h in history.hosts if h.behind is not None]
    to = f"{leader.address} ({leader.member})"
    told = [f"{', '.join(at)}: file, running shop and last order at {to}"] if at else []
    if light:
        told.append(f"{len(light)} light hosts: file and last start at {to}")
    if behind:
        told.append(f"{', '.join(behind)}: at the NodeBalancer, last order at {to}")
    return "; ".join(told)


def needless_restarts(history: History) -> Iterator[str]:
    """Shops restarted although nothing changed for them, or more than once an epoch."""
    for host in history.hosts:
        theirs = set(foreign(host))
        for before, boot in pairwise(host.boots):
            stayed = boot.db_host == before.db_host and not _changed(host, before, boot)
            if host.behind is None and boot not in theirs and stayed:
                yield f"{host.name}: restarted with the same DB_HOST {boot.db_host}"
        for boot in _unasked(host, history.leaderships):
            yield f"{host.name}: restarted to {boot.db_host}, which no new epoch asked for"
        if len(host.boots) == 1 and _moved(host, history):
            yield f"{host.name}: never restarted, although the leader changed"


def _moved(host: HostHistory, history: History) -> bool:
    """Whether another member leads now than when the host's shop first started."""
    leader, [first, *_] = history.leader, host.boots
    if leader is None:
        return False
    if host.behind is None:
        return first.db_host != leader.address
    return any(one.since > first.at + SLACK for one in history.leaderships)


def foreign(host: HostHistory) -> Iterator[Boot]:
    """The starts that are not pgbaton's: the first after each boot of the machine."""
    firsts = (_first(host, stir) for stir in host.stirs if stir.what == "boot")
    yield from dict.fromkeys(boot for boot in firsts if boot is not None)


def _unasked(host: HostHistory, leaderships: Sequence[Leadership]) -> Iterator[Boot]:
    """Our restarts that neither a leadership asked for, each for one at most and in their order, nor an
    address that somebody wrote into the file."""
    theirs = set(foreign(host))
    ours = [boot for boot in host.boots if boot not in theirs]
    used = sum(one.since < boot.at + SLACK for boot in ours[:1] for one in leaderships)
    for before, boot in pairwise(ours):
        asked = (
            n for n, one in enumerate(leaderships, start=1) if n > used and _asks(one, host, boot)
        )
        number = next(asked, None)
        if number is not None:
            used = number
        elif not _mends(host, before, boot, leaderships):
            yield boot


def _asks(one: Leadership, host: HostHistory, boot: Boot) -> bool:
    """Behind a NodeBalancer the address stays, and any leadership before the start is a reason."""
    there = host.behind is not None or one.address == boot.db_host
    return there and one.since < boot.at + SLACK


def _mends(host: HostHistory, before: Boot, boot: Boot, leaderships: Sequence[Leadership]) -> bool:
    """Whether somebody edited the file since our last start, and this one leads to the leader of then."""
    led = [one.address for one in leaderships if one.since < boot.at + SLACK][-1:]
    there = host.behind is not None or [boot.db_host] == led
    return there and _edited(host, before, boot)


def _edited(host: HostHistory, before: Boot, boot: Boot) -> bool:
    return any(one.what == "edit" and before.at < one.at < boot.at for one in host.stirs)


def _changed(host: HostHistory, before: Boot, boot: Boot) -> bool:
    """Whether the file changed under a shop's start: by somebody's hand, or as its machine was booting, whose
    shop read it only then; pgbaton cannot know what it came up with."""
    raced = any(
        one.what == "boot"
        and one.found not in {None, before.db_host}
        and _first(host, one) == before
        for one in host.stirs
    )
    return raced or _edited(host, before, boot)


def _first(host: HostHistory, stir: Stir) -> Boot | None:
    return next((boot for boot in host.boots if boot.at > stir.at), None)


def restarts_counted(history: History) -> str:
    told = (f"{h.name} {restarts(h)}" for h in history.hosts)
    return "restarts counted from real starts: " + ", ".join(told)


def restarts(host: HostHistory) -> int:
    """Starts after the first one, but for those that came with the machine."""
    return max(len(host.boots) - 1 - len(list(foreign(host))), 0)
