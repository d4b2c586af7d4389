"""When what happened, in seconds since the fault, from the history alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab.drill.history import History, Leadership, Order
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Kind
from jobs.remote import HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds since the fault; None where it did not happen."""

    leader_lost: float | None
    leader_elected: float | None
    leader_writable: float | None
    event_received: float | None
    verified: float | None
    first_host: float | None
    last_host: float | None
    writes_resumed: float | None
    unmanaged_host: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """How one kind of customer came to the new leader: `seconds` from its first writable moment to
    their first order there, None where there was none."""

    who: str
    way: str
    seconds: float | None


def redirects(history: History) -> tuple[Redirect, ...]:
    """Each way to the leader that was in use, side by side."""
    ways = {h.name: f"endpoint {'nodebalancer' if h.behind else 'leader'}" for h in history.shops}
    if history.counter is not None:
        ways[history.counter] = "the balancer's health check alone, a connection an order"
    if history.unmanaged is not None:
        ways[history.unmanaged] = "left to itself, at the old leader"
    return tuple(_redirect(history, who, way) for who, way in ways.items())


def _redirect(history: History, who: str, way: str) -> Redirect:
    new, at = history.after, resumed_at(history, who)
    writable = history.writable.get(new.member) if new else None
    took = None if at is None or writable is None else round(at - writable, 3)
    return Redirect(who=who, way=way, seconds=took)


def times(history: History) -> Times:
    """The report's times. Writes are resumed when every managed host took an order again."""
    old, new = history.before, history.after
    hosts = sorted(host_instants(history).values())
    since = _since(history)
    resumed = [resumed_at(history, host.name) for host in history.shops]
    known = [at for at in resumed if at is not None]
    return Times(
        leader_lost=since(old.until if old else None),
        leader_elected=since(new.since if new else None),
        leader_writable=since(history.writable.get(new.member) if new else None),
        event_received=since(_first(history, Kind.EVENT)),
        verified=since(_verified(history, new)),
        first_host=since(hosts[0] if hosts else None),
        last_host=since(hosts[-1] if hosts else None),
        writes_resumed=since(max(known) if known and len(known) == len(resumed) else None),
        unmanaged_host=since(resumed_at(history, history.unmanaged)) if history.unmanaged else None,
    )


def _since(history: History) -> Callable[[float | None], float | None]:
    """Turns instants into seconds since the fault."""
    return lambda at: None if at is None else round(at - history.fault, 3)


def _first(history: History, kind: Kind) -> float | None:
    return next((history.told_at(e) for e in history.later() if e.facts["kind"] == kind), None)


def _verified(history: History, new: Leadership | None) -> float | None:
    for entry in history.later():
        facts = entry.facts
        confirmed = facts["kind"] == Kind.VERDICT and facts["evidence"]["verdict"] == "confirmed"
        if confirmed and new is not None and epoch_of(facts) >= new.epoch:
            return history.told_at(entry)
    return None


def host_instants(history: History) -> dict[str, float]:
    """When each host was checked under the new leader's fence, by its first such entry."""
    new, instants = history.after, dict[str, float]()
    for entry in history.later():
        facts = entry.facts
        if new is None or facts["kind"] != Kind.HOST or facts["evidence"]["outcome"] not in HOLDS:
            continue
        if epoch_of(facts) >= new.epoch:
            instants.setdefault(facts["evidence"]["host"], history.told_at(entry))
    return instants


def outcomes(history: History) -> dict[str, str]:
    """Each host's first outcome after the fault, or its last failure."""
    told: dict[str, str] = {}
    for entry in history.later():
        facts = entry.facts
        if facts["kind"] == Kind.HOST and told.get(facts["evidence"]["host"]) not in HOLDS:
            told[facts["evidence"]["host"]] = facts["evidence"]["outcome"]
    return told


def resumed_at(history: History, host: str) -> float | None:
    """When a host's first order after the fault was acknowledged by a new leader."""
    new = history.after
    mine = (o for o in history.orders if o.host == host and new is not None)
    return min((o.ended for o in mine if _by_new(o, history)), default=None)


def _by_new(order: Order, history: History) -> bool:
    return order.result == "acknowledged" and any(
        one.address == order.member and history.fault < one.since <= order.ended
        for one in history.leaderships
    )
