from hypothesis import given
from hypothesis import strategies as st

from webhook.limits import Limiter


@given(
    st.integers(min_value=1, max_value=1000),
    st.lists(st.floats(min_value=-5, max_value=90), min_size=1, max_size=300),
)
def test_no_more_than_the_rate_ever_passes(per_minute: int, steps: list[float]) -> None:
    """In any span a sender gets at most one bucket and what has grown meanwhile, even if the
    clock is set back."""
    limiter, now, passed, grown = Limiter(), 1000.0, 0, 0.0
    for step in steps:
        now += step
        grown += max(0.0, step) * per_minute / 60
        passed += limiter.wait("a", per_minute=per_minute, now=now) == 0
    assert passed <= per_minute + grown + 1e-6


@given(st.integers(min_value=1, max_value=1000))
def test_who_waits_as_told_is_let_in(per_minute: int) -> None:
    """Retry-After is long enough."""
    limiter = Limiter()
    while not (wait := limiter.wait("a", per_minute=per_minute, now=0.0)):
        pass
    assert wait >= 1
    assert limiter.wait("a", per_minute=per_minute, now=float(wait)) == 0
    assert limiter.wait("b", per_minute=per_minute, now=0.0) == 0
