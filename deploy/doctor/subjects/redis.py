"""Redis: whether what was acknowledged survives its crash, and whether it may throw state away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, note, warning
from deploy.doctor.report import Report, not_seen, report

FULL, NEARLY = 0.95, 0.80
MEGA = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSeen:
    """What INFO and CONFIG say. Bytes; `limit` is maxmemory, 0 for none; `total` the machine's. `fsync`:
    Unseen where CONFIG is refused. `replicas`: those connected; `sentinel`: one must be."""

    version: str
    aof: bool
    fsync: str | Unseen
    policy: str
    used: int
    limit: int
    total: int
    aof_write_ok: bool = True
    aof_rewrite_ok: bool = True
    loading: bool = False
    replicas: int = 0
    sentinel: bool = False
    rejected: int = 0
    replica_of: str = ""
    errors: tuple[str, ...] = field(default=())


def judge_redis(seen: RedisSeen | Unseen) -> Report:
    """Everything that can be said of Redis."""
    if isinstance(seen, Unseen):
        why = "Hooks spool, the webhook says 503, no job runs; pgbaton repoint --now works without it."
        down = error("redis-down", f"Redis gives no answer: {seen.reason}", why, seen.remedy)
        return report("redis", (), [down])
    return report("redis", _fine(seen), [*_durable(seen), *_room(seen), *_standing(seen)])


def _fine(seen: RedisSeen) -> Iterator[str]:
    aof = f"AOF {seen.fsync}" if seen.aof and isinstance(seen.fsync, str) else ""
    yield ", ".join(filter(None, (f"Redis {seen.version}", aof, seen.policy)))
    limit = f"of {seen.limit / MEGA:.0f} MB" if seen.limit else "without a limit"
    yield f"{seen.used / MEGA:.0f} MB used, {limit}"
    if seen.replicas:
        yield f"{seen.replicas} replica{'s' if seen.replicas > 1 else ''} connected"


def _durable(seen: RedisSeen) -> Iterator[Finding]:
    lost = "An event that was answered with 202 is gone after a crash, and the trail has a gap."
    if not seen.aof:
        remedy = "CONFIG SET appendonly yes, and write it into redis.conf"
        yield error("redis-aof", "appendonly is no, must be yes", lost, remedy)
    if isinstance(seen.fsync, Unseen):
        yield not_seen("appendfsync", seen.fsync)
    elif seen.aof and seen.fsync != "always":
        what = f"appendfsync is {seen.fsync}, must be always"
        yield error(
            "redis-fsync", what, lost, "CONFIG SET appendfsync always, and write it into redis.conf"
        )
    if not seen.aof_write_ok:
        why = "Redis refuses every write until its disk takes them: the webhook says 503."
        yield error(
            "redis-disk",
            "the last write to the AOF failed",
            why,
            "free some space on Redis' disk, and see its log",
        )
    if not seen.aof_rewrite_ok:
        why = "The AOF grows without an end, and so does the time of a start."
        yield warning(
            "redis-rewrite",
            "the AOF could not be rewritten",
            why,
            "free some space on Redis' disk; then BGREWRITEAOF",
        )


def _room(seen: RedisSeen) -> Iterator[Finding]:
    if seen.policy != "noeviction":
        what = f"maxmemory-policy is {seen.policy}, must be noeviction"
        why = "When memory is short Redis drops keys: fences, assignments, the trail itself."
        yield error(
            "redis-policy",
            what,
            why,
            "CONFIG SET maxmemory-policy noeviction, and write it into redis.conf",
        )
    limit = seen.limit or seen.total
    share = seen.used / limit if limit else 0.0
    if share >= NEARLY:
        finding = error if share >= FULL else warning
        of = "maxmemory" if seen.limit else "the machine's memory"
        why = "When it is full no event is taken and no job enqueued."
        remedy = (
            "raise maxmemory or take a larger plan; pgbaton audit export and trim shorten the trail"
        )
        yield finding("redis-memory", f"{share:.0%} of {of} is used", why, remedy)


def _standing(seen: RedisSeen) -> Iterator[Finding]:
    if seen.replica_of:
        what = f"it is a replica of {seen.replica_of}"
        why = "It takes no writes: no event is recorded, no job enqueued."
        yield error("redis-replica", what, why, "name the primary in [redis] url, or Sentinel")
    if seen.loading:
        why = "Until then nothing can be asked or written."
        yield error(
            "redis-loading", "it still loads its data", why, "wait; a shorter trail starts faster"
        )
    if seen.sentinel and not seen.replicas:
        why = "The webhook waits for one replica before it says 202: now every event is a 503."
        yield error(
            "redis-no-replica",
            "Sentinel leads here, and no replica is connected",
            why,
            "start the replica, or see its log",
        )
    elif not seen.sentinel and not seen.replicas:
        why = "Without Redis events spool at the hooks; an operator moves hosts by repoint --now."
        yield note(
            "redis-alone",
            "it has no replica",
            why,
            "Sentinel with one replica survives a lost machine: redis+sentinel://",
        )
    if seen.rejected:
        why = "Some process could not connect since Redis' start."
        yield warning(
            "redis-clients",
            f"{seen.rejected} connections were refused",
            why,
            "raise maxclients, or see who holds them",
        )
