"""NodeBalancers read in as few requests as it takes: a label's id is believed for minutes, its nodes for no poll."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jobs.balancer.found import FoundConfig
from jobs.balancer.wanted import wanted
from jobs.inventory import Inventory
from jobs.ports import Balancers, Clock, LinodeUnavailable
from jobs.probe.pace import LOOKUP_COSTS, Pace
from jobs.probe.sighting import MISSING, PORTLESS, Sighting, sight

GONE = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a NodeBalancer's nodes are; nowhere without `config`. `due` is when its label is looked
    up again, by the monotonic clock."""

    due: float
    balancer: int = 0
    config: FoundConfig | None = None


@dataclass(slots=True, kw_only=True)
class Looks:
    """Looks at the inventory's NodeBalancers, any of them from any thread, one thread to each."""

    inventory: Inventory
    balancers: Balancers
    clock: Clock
    pace: Pace
    _places: dict[str, _Place] = field(default_factory=dict)

    def due(self) -> Mapping[str, bool]:
        """Whom this poll asks for, and whether its label is looked up. What has waited longest for
        that is first; what finds no room waits for the next poll, seen from its old place."""
        found = {name: False for name, place in self._places.items() if place.config is not None}
        room = self.pace.requests - 1 - len(found)
        for name in sorted(filter(self._is_due, self.inventory.nodebalancers), key=self._due):
            room -= LOOKUP_COSTS - int(name in found)
            if room >= 0:
                found[name] = True
        return found

    def look(self, name: str, *, lookup: bool) -> Sighting:
        """One NodeBalancer as it stands now. Raises LinodeUnavailable."""
        place = self._places.get(name)
        if lookup or place is None or place.config is None:
            return self._look_up(name)
        try:
            nodes = self.balancers.nodes(place.balancer, place.config, timeout=self._timeout)
        except LinodeUnavailable as error:
            if error.status != GONE:
                raise
            return self._look_up(name)
        return sight(wanted(self.inventory, name), nodes)

    def _look_up(self, name: str) -> Sighting:
        """What is not found, or cannot be asked for, is not looked up again at every poll."""
        table, now = self.inventory.nodebalancers[name], self.clock.monotonic()
        before = self._places.get(name, _Place(due=now))
        self._places[name] = replace(before, due=now + self.pace.missing)
        found = self.balancers.read(table, timeout=self._timeout)
        config = None if found is None else found.config(table.port)
        if found is None or config is None:
            self._places[name] = _Place(due=now + self.pace.missing)
            return Sighting(standing=MISSING if found is None else PORTLESS)
        self._places[name] = _Place(due=now + self.pace.again, balancer=found.id, config=config)
        return sight(wanted(self.inventory, name), config.nodes)

    @property
    def _timeout(self) -> float:
        return self.inventory.linode.timeout

    def _due(self, name: str) -> float:
        place = self._places.get(name)
        return float("-inf") if place is None else place.due

    def _is_due(self, name: str) -> bool:
        return self.clock.monotonic() >= self._due(name)
