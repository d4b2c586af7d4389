from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from webhook.limits import KNOWN, Limiter


@given(
    st.integers(min_value=1, max_value=1000),
    st.lists(st.floats(min_value=-5, max_value=90), min_size=1, max_size=300),
)
def test_no_more_than_the_rate_ever_passes(per_minute: int, steps: list[float]) -> None:
    """In any span a sender gets at most one bucket and what has grown meanwhile, even if the
    clock is set back."""
    limiter, now, passed, grown = Limiter(), 1000.0, 0, 0.0
    for number, step in enumerate(steps):
        now += step
        grown += max(0.0, step) * per_minute / 60
        passed += limiter.wait("a", f"{number}", per_minute=per_minute, now=now) == 0
    assert passed <= per_minute + grown + 1e-6


@given(st.integers(min_value=1, max_value=1000))
def test_who_waits_as_told_is_let_in(per_minute: int) -> None:
    """Retry-After is long enough."""
    limiter, ids = Limiter(), map(str, count())
    while not (wait := limiter.wait("a", next(ids), per_minute=per_minute, now=0.0)):
        pass
    assert wait >= 1
    assert limiter.wait("a", next(ids), per_minute=per_minute, now=float(wait)) == 0
    assert limiter.wait("b", next(ids), per_minute=per_minute, now=0.0) == 0


def test_a_replay_uses_up_nothing_of_what_its_sender_may_say() -> None:
    """A genuine event that comes again and again is held up, and its sender's next ones are not."""
    limiter = Limiter()
    waits = [limiter.wait("a", "told", per_minute=10, now=0.0) for _ in range(50)]
    assert waits.count(0) == 11, "the first telling, and a bucket of repetitions"
    assert [limiter.wait("a", f"{n}", per_minute=10, now=0.0) for n in range(9)] == [0] * 9


def test_ids_beyond_a_number_are_forgotten_oldest_first() -> None:
    """A sender that tells ever new ids takes no more memory than another one."""
    limiter, rate = Limiter(), KNOWN
    for number in range(KNOWN):
        limiter.wait("a", f"{number}", per_minute=rate, now=0.0)
    later = 60 / rate * 1.01
    assert limiter.wait("a", "one more", per_minute=rate, now=later) == 0
    assert limiter.wait("a", "0", per_minute=rate, now=later) > 0, "as new as any other"
    assert limiter.wait("a", "1", per_minute=rate, now=later) == 0, "known, so a repetition"


def test_a_refused_event_is_not_remembered() -> None:
    """What was not let in is new when it comes again: its wait is the sender's own."""
    limiter = Limiter()
    assert limiter.wait("a", "first", per_minute=1, now=0.0) == 0
    assert limiter.wait("a", "second", per_minute=1, now=0.0) == 60
    assert limiter.wait("a", "second", per_minute=1, now=30.0) == 30
