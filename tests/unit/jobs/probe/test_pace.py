"""The pace of the polls: the inventory's own, until one token would be asked too much."""

from __future__ import annotations

import pytest

from jobs.probe.pace import LOOKUP_COSTS, pace


def requests_a_minute(every: float, balancers: int) -> float:
    """Polls and lookups of one minute, once every label is known."""
    at = pace(every, balancers)
    polls = (balancers + 1) * 60 / at.poll
    return polls + LOOKUP_COSTS * balancers * 60 / at.again


def test_one_balancer_costs_less_than_thirty_requests_a_minute() -> None:
    """At the default interval: twelve for its nodes, twelve for the events, a lookup now and then."""
    assert pace(5, 1).poll == 5
    assert requests_a_minute(5, 1) <= 25


@pytest.mark.parametrize("balancers", [1, 2, 11, 12, 40, 200, 1000])
@pytest.mark.parametrize("every", [2, 5, 60])
def test_a_token_is_never_asked_too_much(every: float, balancers: int) -> None:
    """Linode allows 200 a minute, of which others need some too."""
    assert requests_a_minute(every, balancers) <= 161
    at = pace(every, balancers)
    assert at.requests * 60 / at.poll <= 180.1


def test_every_poll_has_room_for_all_nodes_and_a_lookup() -> None:
    """Else a poll would leave somebody out for ever."""
    for balancers in range(1, 1000):
        assert pace(2, balancers).requests >= balancers + 1 + LOOKUP_COSTS


def test_a_slower_inventory_is_left_alone() -> None:
    """Only what is too fast is stretched."""
    assert pace(60, 12).poll == 60
    assert pace(5, 40).poll == pytest.approx(17.57, abs=0.01)
