"""What Redis refuses, in our words: without it, every caller would have to know its error codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - Redis' own, told apart from Python's
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - likewise
)

from jobs.ports import LedgerUnavailable

KINDS: dict[type[RedisError], str] = {
    AuthenticationError: "put the right password in the secret redis-password (PGBATON_REDIS_PASSWORD)",
    NoPermissionError: "grant pgbaton's Redis user all commands on pgbaton:* and rq:*",
    OutOfMemoryError: "Redis is at maxmemory: raise it, or remove what is not pgbaton's",
    ReadOnlyError: "this Redis is a replica: give pgbaton the primary, or Sentinel's addresses",
    BusyLoadingError: "wait until Redis has read its files",
}
"""Errors of a class of their own: redis-py drops their code from the text."""

REMEDIES = {
    "MISCONF": "Redis cannot write to its disk: free space or mend the disk it persists to",
    "NOREPLICAS": "bring Redis' replicas back, or lower min-replicas-to-write",
    "CERTIFICATE_VERIFY_FAILED": "give pgbaton the authority that signed Redis' certificate (ca)",
    "MASTERDOWN": "wait until Redis' replica has its primary again",
    "CLUSTERDOWN": "pgbaton needs a plain Redis or Sentinel, not Redis Cluster",
    "EXECABORT": "look into Redis' log: it refused a command of ours",
    "WRONGTYPE": "somebody put something else at a key of pgbaton's: look who could write to Redis; pgbaton audit verify",
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
    for kind, remedy in KINDS.items():
        if isinstance(error, kind):
            return remedy
    for code, remedy in REMEDIES.items():
        if code in text:
            return remedy
    return "look whether Redis runs there and can be reached from here"
