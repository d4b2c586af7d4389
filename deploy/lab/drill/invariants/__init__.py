"""What must hold after every drill: each invariant is a pure function from the history to yes or no, with evidence.

Every one yields its faults as sentences; none means that it held, and then its proof is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Checked, Invariant
from deploy.lab.drill.invariants.fences import (
    fences_seen,
    lowered_fences,
    unproven_mutations,
    verdicts_told,
)
from deploy.lab.drill.invariants.heard import alerts_told, unheard
from deploy.lab.drill.invariants.hosts import (
    all_at_leader,
    needless_restarts,
    restarts,
    restarts_counted,
    strays,
)
from deploy.lab.drill.invariants.record import (
    broken_orders,
    broken_trail,
    orders_kept,
    places_searched,
    shown_secrets,
    trail_told,
)
from deploy.lab.drill.invariants.telling import slack_told, untold

__all__ = ["ALL", "OF_EACH", "Checked", "check_all", "restarts"]

ALL: Sequence[Invariant] = (
    Invariant(
        "every host points at the confirmed leader and its shop uses it", strays, all_at_leader
    ),
    Invariant("no host went from a higher fence to a lower one", lowered_fences, fences_seen),
    Invariant("no acknowledged order is lost or foreign to its epoch", broken_orders, orders_kept),
    Invariant("the trail verifies and holds every accepted event once", broken_trail, trail_told),
    Invariant(
        "one restart an epoch where needed, none elsewhere", needless_restarts, restarts_counted
    ),
    Invariant("no change without a confirmed verdict", unproven_mutations, verdicts_told),
    Invariant("Slack tells every incident, once and in order", untold, slack_told),
    Invariant("nothing secret shows anywhere", shown_secrets, places_searched),
    Invariant("alerts and signs of life arrived", unheard, alerts_told),
    Invariant(
        "every process of pgbaton lives at the end",
        lambda history: (f"{name} has ended" for name in history.ended),
        lambda _: "none has ended",
    ),
)


OF_EACH: Sequence[Invariant] = (*ALL[:2], *ALL[3:7])
"""Those that hold of a cluster that takes no orders, and of which no secret is known, as well."""


def check_all(history: History) -> tuple[Checked, ...]:
    """Every invariant, in the order of the report."""
    return tuple(one.check(history) for one in ALL)
