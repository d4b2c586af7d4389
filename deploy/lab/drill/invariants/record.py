"""What was acknowledged is kept, what was accepted is told, secrets are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.lab.drill.history import UNREAD, History, Leadership, Order
from deploy.lab.drill.invariants.facts import SLACK, lost_in_gaps, of_kind
from jobs.audit import Kind, verify


def broken_orders(history: History) -> Iterator[str]:
    """Acknowledged orders that are lost, or that somebody else than the leader acknowledged; ghosts."""
    if not history.acknowledged:
        yield "no order was acknowledged, so nothing is proven"
    for order in history.acknowledged:
        if order.id not in history.stored:
            yield f"order {order.id} of {order.host} was acknowledged by {order.member} and is lost"
        if not any(_led(one, order, history) for one in history.leaderships):
            yield f"order {order.id} was acknowledged by {order.member}, which did not lead then"
    yield from _ghosts(history)
    yield from _shared_timelines(history)


def _ghosts(history: History) -> Iterator[str]:
    """Orders in the leader's table that nobody ever sent. One that was sent and never answered may
    stand there: its customer was told nothing."""
    for ghost in sorted(history.stored - {order.id for order in history.orders}):
        yield f"order {ghost} is stored, and nobody ever sent it"


def _led(one: Leadership, order: Order, history: History) -> bool:
    over = one.until is not None and order.sent > _silenced(one, history) + SLACK
    return one.address == order.member and not over and order.ended >= one.since - SLACK


def _silenced(one: Leadership, history: History) -> float:
    """When a leader's acknowledgements end to count: when the next one takes writes. From the key's
    change to its promotion the synchronous standby still receives, so nothing of that is lost. In
    failsafe mode a leader writes on without a key: that counts where it has the key again next."""
    assert one.until is not None
    following = next((n for n in history.leaderships if n.since >= one.until), None)
    if following is None or following.member == one.member:
        return one.until if following is None else _alone(one, following, history)
    return max(one.until, _took_writes(following, history))


def _took_writes(one: Leadership, history: History) -> float:
    """When a leadership's member began to take writes: its first time that goes on in it. A member may
    have led, and written, long before."""
    times = [w.since for w in history.writing if w.member == one.member and w.until >= one.since]
    return min(times, default=history.writable.get(one.member, 0.0))


def _alone(one: Leadership, again: Leadership, history: History) -> float:
    """When a leader has its key again; the key's end, where anybody else took writes meanwhile."""
    assert one.until is not None
    others = (w for w in history.writing if w.member != one.member)
    shared = any(w.since < again.since and w.until > one.until for w in others)
    return one.until if shared else again.since


def _shared_timelines(history: History) -> Iterator[str]:
    """Two members that acknowledged on one PostgreSQL timeline led in one epoch."""
    on = {(o.pg_timeline, o.member) for o in history.acknowledged}
    by = Counter(pg_timeline for pg_timeline, _ in on)
    for pg_timeline, count in by.items():
        if count > 1:
            yield f"{count} members acknowledged orders on PostgreSQL timeline {pg_timeline}"


def orders_kept(history: History) -> str:
    by = Counter(order.member for order in history.acknowledged)
    told = ", ".join(f"{count} by {member}" for member, count in by.items())
    return f"{len(history.acknowledged)} acknowledged ({told}), all of them stored"


def broken_trail(history: History) -> Iterator[str]:
    """A chain that does not verify; accepted events that are missing or doubled."""
    walked = verify(history.entries)
    if walked.bad is not None:
        yield walked.reason
    held = Counter(str(e.facts["evidence"]["id"]) for e in of_kind(history, Kind.EVENT))
    for event in sorted(history.accepted):
        if held[event] != 1:
            yield f"accepted event {event} stands {held[event]} times in the trail"
    for event in sorted(held.keys() - history.accepted):
        yield f"event {event} stands in the trail but was never accepted"
    yield from _broken_anchors(history)


def _broken_anchors(history: History) -> Iterator[str]:
    """Notes of the trail in etcd that it contradicts."""
    known = {(entry.seq, entry.hash) for entry in (*history.entries, *lost_in_gaps(history))}
    if not history.anchors:
        yield "nothing of the trail is noted in etcd"
    for one in history.anchors:
        if (one.seq, one.hash) not in known:
            yield f"{one.place} notes {one.hash[:12]} for entry {one.seq}, which the trail does not hold"


def trail_told(history: History) -> str:
    walked = verify(history.entries)
    return (
        f"{walked.entries} entries, head {walked.head[:12]}; "
        f"{len(history.accepted)} accepted events, each exactly once; "
        f"{len(history.anchors)} anchors in etcd agree"
    )


def shown_secrets(history: History) -> Iterator[str]:
    """Secrets that show in a log, the trail, Redis, job arguments, pages or a process list."""
    for place, text in history.places.items():
        if text.startswith(UNREAD):
            yield f"{place} {text}"
        for name, secret in history.secrets.items():
            if secret in text:
                yield f"{place} shows the secret {name}"
    if not history.places or not history.secrets:
        yield "nothing was searched"


def places_searched(history: History) -> str:
    size = sum(map(len, history.places.values())) // 1024
    return f"{len(history.secrets)} secrets in none of {len(history.places)} places ({size} KiB)"
