"""Waits until a group is well, and says so right before one of it is taken away; a plan is older than both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from deploy.push.crew import seen
from deploy.push.group import Group, leader_of, listed, refusal, sick
from deploy.push.observed import Observed
from deploy.push.trouble import Trouble

LOOK = 0.5
"""Seconds between two looks."""


class Asks(Protocol):
    """Whoever can ask machines how they are; a crew does."""

    def read(
        self, machines: Iterable[str], *, whole: bool = True
    ) -> Mapping[str, Observed | Trouble]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """`patience`: seconds until a group must be well again. `clock` is monotonic."""

    crew: Asks
    patience: float = 300.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def look(self, group: Group) -> dict[str, Observed]:
        """How the members are; who does not answer is missing."""
        return seen(self.crew.read(group.members, whole=False))

    def forbids(self, group: Group, machine: str) -> Trouble | None:
        """Why `machine` may not be taken away this very moment."""
        found = self.look(group)
        why = refusal(group, machine, sick(group, found))
        if why is None and leader_of(group, found) == machine:
            why = f"{machine} has become the leader of {group.name} meanwhile"
        if why is None:
            return None
        return Trouble(machine=machine, reason=why, remedy="see to that, then push again")

    def sick_before(self, group: Group, machines: set[str]) -> frozenset[str]:
        """Members that are not well and that we do not touch: nobody waits for them afterwards."""
        return frozenset(m for m in sick(group, self.look(group)) if m not in machines)

    def well(self, group: Group, *, excused: frozenset[str]) -> Trouble | None:
        """Wait until all are well but the excused."""
        unwell = self._wait(group, lambda found: _unwell(group, found, excused))
        if not unwell:
            return None
        return Trouble(
            machine=unwell[0],
            reason=f"{group.told} is not well after {self.patience:.0f} s: "
            f"{listed(unwell)} not healthy",
            remedy=f"see journalctl -u {group.unit} there; nothing more is touched until you push again",
        )

    def led_by_another(self, group: Group, leader: str) -> Trouble | None:
        """Wait until somebody else leads and all are well: the former leader as well, as a replica."""

        def still(found: dict[str, Observed]) -> tuple[str, ...]:
            led = leader_of(group, found)
            return (leader,) if led in {None, leader} else _unwell(group, found, frozenset())

        if not self._wait(group, still):
            return None
        return Trouble(
            machine=leader,
            reason=f"{group.told} was asked to switch over, and is not well after "
            f"{self.patience:.0f} s",
            remedy="see patronictl list there; push again when it is well",
        )

    def _wait(
        self, group: Group, unwell: Callable[[dict[str, Observed]], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Who is still not well when patience ends; nobody, as soon as that is seen."""
        end = self.clock() + self.patience
        while (names := unwell(self.look(group))) and self.clock() < end:
            self.sleep(LOOK)
        return names


def _unwell(group: Group, found: dict[str, Observed], excused: frozenset[str]) -> tuple[str, ...]:
    return tuple(m for m in sick(group, found) if m not in excused)
