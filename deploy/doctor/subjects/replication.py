"""Replication as the leader's PostgreSQL sees it: what a failover would lose, and what fills its disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, note, warning
from deploy.doctor.report import Report, not_seen, report

LATE = 10.0
"""Seconds of replay lag; what was written within them is not to be read at the standby yet."""
HELD = 1 << 30
"""Bytes of WAL that a slot nobody uses may hold."""
CROWDED = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One standby. `state` None: the role may not see it. `lag` in seconds, `behind` in bytes."""

    name: str
    state: str | None
    sync: str | None = None
    lag: float | None = None
    behind: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`held`: bytes of WAL that it keeps from being removed."""

    name: str
    active: bool
    held: int | None = None
    wal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationSeen:
    """`used` of `connections`, those of superusers included."""

    leader: str
    streams: tuple[Stream, ...]
    slots: tuple[Slot, ...] = field(default=())
    used: int = 0
    connections: int = 0


def judge_replication(name: str, seen: ReplicationSeen | Unseen) -> Report:
    """Everything that the monitoring role may see on the leader."""
    subject = f"replication {name}"
    if isinstance(seen, Unseen):
        return report(subject, (), [not_seen("lag and slots", seen)])
    return report(subject, _fine(seen), [*_streams(name, seen), *_slots(seen), *_crowd(seen)])


def _fine(seen: ReplicationSeen) -> Iterator[str]:
    lags = [s.lag for s in seen.streams if s.lag is not None]
    late = f", {max(lags):.1f} s behind at most" if lags else ""
    yield f"{len(seen.streams)} stream from {seen.leader}{late}, {len(seen.slots)} slots"
    yield f"{seen.used} of {seen.connections} connections in use"


def _streams(name: str, seen: ReplicationSeen) -> Iterator[Finding]:
    if not seen.streams:
        why = "A lost leader is lost with everything that was written since."
        yield error(
            "no-stream",
            f"nobody replicates from {seen.leader}",
            why,
            "patronictl list, and the log of a standby",
        )
    if hidden := [s.name for s in seen.streams if s.state is None]:
        yield not_seen(
            f"the state of {', '.join(hidden)}",
            Unseen(
                reason="the monitoring role may not see it",
                remedy=f"grant pg_monitor to the role in [clusters.{name}.probe] user",
            ),
        )
    for one in seen.streams:
        if one.state not in {None, "streaming"}:
            why = "Until it streams it cannot take over without a loss."
            yield warning(
                "stream-state",
                f"{one.name} is in state {one.state}, must be streaming",
                why,
                f"see PostgreSQL's log on {one.name}",
            )
        if one.lag is not None and one.lag > LATE:
            what = f"{one.name} replays {one.lag:.0f} s late"
            why = "A failover to it waits until all of that is replayed: so much longer nobody writes."
            yield warning("replay-lag", what, why, f"see the load and long queries on {one.name}")


def _slots(seen: ReplicationSeen) -> Iterator[Finding]:
    for slot in seen.slots:
        if slot.wal == "lost":
            why = "Its standby needs WAL that is gone: it can only be made anew."
            yield error(
                "slot-lost",
                f"slot {slot.name} lost its WAL",
                why,
                "patronictl reinit for that member",
            )
        elif not slot.active and slot.held is not None and slot.held > HELD:
            what = f"slot {slot.name} is used by nobody and holds {slot.held / HELD:.1f} GB of WAL"
            why = "It fills the leader's disk; then PostgreSQL stops, and a failover takes the slot along."
            yield error(
                "slot-held",
                what,
                why,
                f"start who uses it, or drop it: select pg_drop_replication_slot('{slot.name}')",
            )
        elif not slot.active:
            yield note(
                "slot-idle",
                f"slot {slot.name} is used by nobody",
                "It keeps WAL for somebody who does not come for it.",
                "start who uses it, or drop it",
            )


def _crowd(seen: ReplicationSeen) -> Iterator[Finding]:
    if seen.connections and seen.used >= CROWDED * seen.connections:
        what = f"{seen.used} of {seen.connections} connections are in use"
        why = (
            "After a failover everybody comes at once: who finds no slot is refused, the probe too."
        )
        yield warning("connections", what, why, "pool them (pgbouncer), or raise max_connections")
