"""What the pages need from the world, so that they never open a connection themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from jobs.inventory import Inventory
from jobs.ports import Memory, ReadTrail
from jobs.state import ClusterState
from webhook.pages.credentials import Credentials


class Record(ReadTrail, Memory, Protocol):
    """The part of the ledger that the pages look into; they only read. Raises LedgerUnavailable."""

    def state(self, cluster: str) -> ClusterState:
        """Everything remembered of a cluster, of one instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The pages' hands. `now` is in seconds since 1970; `viewers` is how many live pages this process
    serves at once, the inventory's number unless its threads allow fewer; `every` is how often heads
    are read while somebody watches, in seconds."""

    inventory: Inventory
    ledger: Record
    credentials: Credentials = field(repr=False)
    now: Callable[[], float]
    monotonic: Callable[[], float]
    viewers: int
    every: float = 0.5
