"""What every view looks things up with: the record, and what this process remembers of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.inventory import Inventory
from webhook.pages.chain import Chains
from webhook.pages.glance import Glance
from webhook.pages.library import Library
from webhook.pages.ports import Ports, Record


@dataclass(slots=True)
class Desk:
    """One for a process; its parts lock for themselves."""

    ports: Ports
    library: Library = field(init=False)
    chains: Chains = field(init=False)
    glance: Glance = field(init=False)

    def __post_init__(self) -> None:
        ledger = self.ports.ledger
        self.library, self.chains, self.glance = Library(ledger), Chains(ledger), Glance(ledger)

    @property
    def ledger(self) -> Record:
        return self.ports.ledger

    @property
    def inventory(self) -> Inventory:
        return self.ports.inventory
