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
    _asked: dict[str, float] = field(default_factory=dict)

    def turns(self) -> Mapping[str, bool]:
        """Whom this poll asks for, and whether its label is looked up. Who was asked for longest ago
        is first; who finds no room waits for the next poll."""
        room, found = self.pace.requests - 1, {}
        for name in sorted(self.inventory.nodebalancers, key=self._last_asked):
            cost = self._cost(name, room)
            if 0 < cost <= room:
                room -= cost
                found[name] = cost == LOOKUP_COSTS
        self._asked |= dict.fromkeys(found, self.clock.monotonic())
        return found

    def _cost(self, name: str, room: int) -> int:
        """How many requests a look takes now; 0 where there is nothing to ask for yet. A lookup that
        finds no room may wait where the old place is known."""
        place = self._places.get(name)
        is_known = place is not None and place.config is not None
        is_due = place is None or self.clock.monotonic() >= place.due
        if is_due and (room >= LOOKUP_COSTS or not is_known):
            return LOOKUP_COSTS
        return int(is_known)

    def _last_asked(self, name: str) -> float:
        return self._asked.get(name, float("-inf"))

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
