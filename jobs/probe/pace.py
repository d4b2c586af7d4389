"""How often the probe may ask, so that it never uses up the token that others work with."""

from __future__ import annotations

from dataclasses import dataclass

POLLS, LOOKUPS = 140, 20
"""Requests a minute for polls, and for looking labels up again. Linode allows a token 200 reads of
collections a minute; the rest is for whoever works with the same token."""

MOST = 180
"""Requests a minute while labels are looked up, as all are at the start: a poll that has no room for
one more leaves it to the next."""

LOOKUP_COSTS = 3
"""Requests to find one NodeBalancer: by its label, its configurations, their nodes."""

AGAIN, MISSING = 300.0, 30.0
"""Seconds after which a label is looked up again; where nothing was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds from poll to poll, seconds a label's id is believed, seconds until a label that was
    not found is looked up again, and how many requests one poll may make."""

    poll: float
    again: float
    missing: float
    requests: int


def pace(every: float, balancers: int) -> Pace:
    """The pace for so many NodeBalancers: a poll asks for each one's nodes, and once for the events.
    What would be too much for one token is stretched."""
    asks = balancers + 1
    poll = max(every, 60 * asks / POLLS, 60 * (asks + LOOKUP_COSTS) / MOST)
    round_trip = 60 * balancers * LOOKUP_COSTS / LOOKUPS
    return Pace(
        poll=poll,
        again=max(AGAIN, round_trip),
        missing=max(MISSING, round_trip),
        requests=max(asks + LOOKUP_COSTS, int(MOST * poll / 60)),
    )
