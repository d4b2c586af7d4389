"""The pace of the polls: the inventory's own, until one token would be asked too much."""

from __future__ import annotations

import math

import pytest

from jobs.probe.pace import LOOKUP_COSTS, pace


@pytest.mark.parametrize("balancers", [0, 1, 2, 12, 13, 40, 1000])
@pytest.mark.parametrize("every", [2, 5, 17.5, 30, 60, 3600])
def test_a_token_is_never_asked_too_much(every: float, balancers: int) -> None:
    """In no minute, wherever it begins, more than 180 requests; Linode allows 200."""
    at = pace(every, balancers)
    assert (math.floor(60 / every) + 1) * at.requests <= 180
    assert balancers * LOOKUP_COSTS * 60 / at.again <= 20


@pytest.mark.parametrize("every", [2, 5, 60])
def test_every_poll_has_room_for_the_events_and_a_lookup(every: float) -> None:
    """Else a NodeBalancer that was never found would wait for ever."""
    assert pace(every, 1000).requests >= 1 + LOOKUP_COSTS


def test_a_dozen_balancers_are_looked_at_in_every_poll() -> None:
    """At the default interval; from thirteen on they take turns."""
    assert [pace(5, n).each for n in (0, 1, 12, 13, 40)] == [5, 5, 5, 10, 20]


def test_labels_are_looked_up_less_often_where_there_are_many() -> None:
    """Every five minutes, until that alone would be too much."""
    assert [(pace(5, n).again, pace(5, n).missing) for n in (1, 100)] == [(300, 30), (900, 900)]
