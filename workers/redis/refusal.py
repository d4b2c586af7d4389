"""What Redis refuses, in our words: without it, every caller would have to know its error codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - Redis' own, told apart from Python's
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - likewise
)

from jobs.ports import LedgerUnavailable

REMEDIES = {
    "MISCONF": "Redis cannot write to its disk: free space or mend the disk it persists to",
    "OOM": "Redis is at maxmemory: raise it, or remove what is not pgbaton's",
    "NOREPLICAS": "bring Redis' replicas back, or lower min-replicas-to-write",
    "NOAUTH": "give pgbaton the Redis password",
    "WRONGPASS": "give pgbaton the right Redis password",
    "NOPERM": "grant pgbaton's Redis user the keys and commands that README names",
    "MASTERDOWN": "wait until Redis' replica has its primary again",
    "CLUSTERDOWN": "pgbaton needs a plain Redis or Sentinel, not Redis Cluster",
    "EXECABORT": "look into Redis' log: it refused a command of ours",
    "STEP": "look whether somebody changed pgbaton's keys: pgbaton audit verify",
}


@contextmanager
def told_as_unavailable(where: str) -> Iterator[None]:
    """Raise LedgerUnavailable for whatever Redis or the way to it answers with."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise unavailable(error, where) from error


def worth_repeating(error: BaseException) -> bool:
    """True where the reply was lost or Redis only starts: the same step may succeed in a moment."""
    lost = isinstance(error, ConnectionError | TimeoutError | BusyLoadingError | OSError)
    return lost and not isinstance(error, AuthenticationError | AuthorizationError)


def unavailable(error: Exception, where: str) -> LedgerUnavailable:
    """The refusal with what would lift it."""
    text = str(error) or type(error).__name__
    return LedgerUnavailable(f"Redis at {where}: {text}", _remedy(error, text))


def _remedy(error: Exception, text: str) -> str:
    if isinstance(error, AuthenticationError):
        return REMEDIES["WRONGPASS"]
    if isinstance(error, ReadOnlyError):
        return "this Redis is a replica: give pgbaton the primary, or Sentinel's addresses"
    if isinstance(error, BusyLoadingError):
        return "wait until Redis has read its files"
    if isinstance(error, OutOfMemoryError):
        return REMEDIES["OOM"]
    for code, remedy in REMEDIES.items():
        if text.startswith(code):
            return remedy
    return "look whether Redis runs there and can be reached from here"
