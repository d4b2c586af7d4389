import pytest
from redis import exceptions

from jobs.ports import LedgerUnavailable
from workers.redis.refusal import told_as_unavailable, worth_repeating


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (exceptions.AuthenticationError("invalid"), "password"),
        (exceptions.NoPermissionError("no"), "grant"),
        (exceptions.ReadOnlyError("no"), "primary"),
        (exceptions.BusyLoadingError("loading"), "wait"),
        (exceptions.ResponseError("MISCONF Redis is configured"), "disk"),
        (exceptions.ResponseError("NOREPLICAS Not enough"), "replicas"),
        (exceptions.ResponseError("STEP WRONGTYPE"), "audit verify"),
        (exceptions.ConnectionError("refused"), "whether Redis runs"),
        (OSError("no route"), "whether Redis runs"),
    ],
)
def test_every_refusal_says_what_would_lift_it(error: Exception, remedy: str) -> None:
    """As LedgerUnavailable, with the place and the cause."""
    with pytest.raises(LedgerUnavailable) as refusal, told_as_unavailable("here:1"):
        raise error
    assert remedy in refusal.value.remedy
    assert refusal.value.reason == f"Redis at here:1: {error}"


def test_a_bug_is_no_refusal() -> None:
    """What is not Redis' doing passes through."""
    with pytest.raises(KeyError), told_as_unavailable("here"):
        raise KeyError


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (exceptions.ConnectionError("closed"), True),
        (exceptions.TimeoutError("silent"), True),
        (exceptions.BusyLoadingError("loading"), True),
        (ConnectionResetError(), True),
        (exceptions.AuthenticationError("invalid"), False),
        (exceptions.ReadOnlyError("no"), False),
        (exceptions.ResponseError("OOM"), False),
    ],
)
def test_only_a_lost_reply_is_repeated(error: Exception, *, again: bool) -> None:
    """What Redis decided stays decided."""
    assert worth_repeating(error) is again
