"""Whether Redis keeps what it acknowledges: without this check a default Redis would lose a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import ResponseError

from workers.redis.connect import where
from workers.redis.refusal import told_as_unavailable

OLDEST = (6, 2)

WANTED = {
    "appendonly": ("yes", "a restart would lose everything since the last snapshot"),
    "appendfsync": ("always", "a crash would lose up to a second of acknowledged events"),
    "maxmemory-policy": (
        "noeviction",
        "Redis would throw away state or trail when memory is short",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it must be, and what to do."""

    what: str
    remedy: str


def findings(redis: Redis) -> tuple[Finding, ...]:
    """What stands between this Redis and a durable record; empty is good. LedgerUnavailable where
    it cannot be asked at all."""
    with told_as_unavailable(where(redis)):
        version = str(redis.info("server")["redis_version"])
        held = _settings(redis)
    return (*_version(version), *_differences(held))


def _settings(redis: Redis) -> Mapping[str, str] | None:
    """None where a managed Redis forbids CONFIG."""
    try:
        return {name: str(redis.config_get(name).get(name)) for name in WANTED}
    except ResponseError:
        return None


def _version(version: str) -> tuple[Finding, ...]:
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if numbers >= OLDEST:
        return ()
    needed = ".".join(map(str, OLDEST))
    return (Finding(what=f"Redis {version} is too old", remedy=f"install {needed} or newer"),)


def _differences(held: Mapping[str, str] | None) -> tuple[Finding, ...]:
    if held is None:
        what = "this Redis does not say how durable it is (CONFIG is forbidden)"
        wanted = ", ".join(f"{name} {value}" for name, (value, _) in WANTED.items())
        return (Finding(what=what, remedy=f"make sure that it has {wanted}"),)
    return tuple(
        Finding(
            what=f"Redis has {name} {held[name]}: {harm}",
            remedy=f"set `{name} {wanted}` in redis.conf (at run time: CONFIG SET {name} {wanted})",
        )
        for name, (wanted, harm) in WANTED.items()
        if held[name] != wanted
    )
