"""How often the probe may ask, so that it never uses up the token that others work with."""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST = 180
"""Requests in any minute. Linode allows a token 200 reads of collections; a few are left for whoever
works with the same token."""

LOOKUPS = 20
"""Of these, how many look labels up again."""

LOOKUP_COSTS = 3
"""Requests to find one NodeBalancer: by its label, its configurations, their nodes."""

AGAIN, MISSING = 300.0, 30.0
"""Seconds after which a label is looked up again; where nothing was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`requests`: how many one poll may make, of which one is for the account's events. `each`:
    seconds between two looks at the same NodeBalancer. `again`: seconds that a label's id is
    believed; `missing`: seconds until a label that was not found is looked up again."""

    requests: int
    each: float
    again: float
    missing: float


def pace(every: float, balancers: int) -> Pace:
    """The pace for so many NodeBalancers with a poll every so many seconds. Where they are more
    than a poll may ask for they take turns, so that no burst meets Linode's limit."""
    polls_in_a_minute = math.floor(60 / every) + 1
    requests = max(1 + LOOKUP_COSTS, MOST // polls_in_a_minute)
    lookup = 60 * balancers * LOOKUP_COSTS / LOOKUPS
    return Pace(
        requests=requests,
        each=every * max(1, math.ceil(balancers / (requests - 1))),
        again=max(AGAIN, lookup),
        missing=max(MISSING, lookup),
    )
