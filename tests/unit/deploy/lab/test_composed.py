"""Composed faults: a seed says the whole sequence, and nothing in it lasts for ever."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from deploy.lab.drill.random.compose import SPREAD, Episode, compose
from deploy.lab.drill.random.menu import MENU

SEEDS = st.integers(min_value=0, max_value=10**6)


def first(seed: int, number: int = 0, *, many: int = 30) -> list[Episode]:
    return list(islice(compose(seed, number), many))


@given(SEEDS)
def test_a_seed_reproduces_its_sequence(seed: int) -> None:
    """The same strikes at the same seconds for as long."""
    assert first(seed) == first(seed)


@given(SEEDS)
def test_rounds_of_one_seed_differ(seed: int) -> None:
    """Each lab of a long run has a sequence of its own."""
    assert first(seed, 0) != first(seed, 1)


@given(SEEDS)
def test_every_strike_is_healed(seed: int) -> None:
    """An episode strikes at least once, within its spread, and heals each within the dish's bounds."""
    for episode in first(seed):
        assert episode
        for strike in episode:
            shortest, longest = strike.dish.lasts
            assert 0 <= strike.after <= SPREAD
            assert shortest <= strike.lasts <= longest
            assert 0 <= strike.pick < 1


def test_everything_on_the_menu_is_taken_in_the_end() -> None:
    """No dish stands there for show."""
    taken = {strike.dish.name for episode in first(7, many=400) for strike in episode}
    assert taken == {dish.name for dish in MENU}
