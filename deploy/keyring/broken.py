"""Which keys must reach no machine: an emptied host key would shut push out, an empty password let anybody in."""

from __future__ import annotations

import datetime as dt

from deploy.keyring.expiry import expiries
from deploy.keyring.keyring import Keyring
from deploy.keyring.row import Expiry, State
from jobs.inventory import Inventory

BROKEN: frozenset[State] = frozenset({"unreadable", "unpaired", "foreign"})


def broken(keyring: Keyring, inventory: Inventory, now: dt.datetime) -> tuple[Expiry, ...]:
    """Those that nothing can start with. What is missing, whoever needs it misses by itself.

    Raises CannotPlace.
    """
    return tuple(row for row in expiries(keyring, inventory, now) if row.state in BROKEN)
