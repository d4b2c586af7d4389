"""What the ear needs from the world, so that it never opens a connection itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry

from jobs.audit import Draft
from jobs.event import Event
from jobs.inventory import Inventory


class Recorder(Protocol):
    """The part of the ledger that the intake speaks to; both raise LedgerUnavailable."""

    def hear(self, event: Event, draft: Draft) -> bool:
        """Record an event and ask for a respond, in one step; False where its id was heard before."""

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        """Append each draft once, by its id, to a trail."""


Aside = Callable[[Callable[[], None]], bool]
"""Runs work later and elsewhere, so that no answer waits for it; False where there is too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The intake's hands. `ready` lists what keeps events from being durable, each with its remedy,
    and raises LedgerUnavailable; `hmac_secrets` are the v1 secrets by sender, raw."""

    inventory: Inventory
    ledger: Recorder
    ready: Callable[[], Sequence[str]]
    now: Callable[[], float]
    aside: Aside
    registry: CollectorRegistry
    hmac_secrets: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    version: str = "unknown"
