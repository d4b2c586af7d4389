"""Events that come too often, too late, with a wrong clock, or from nobody who may send them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.lab import faults, layout
from deploy.lab.courier import claim, courier, earlier, forged, kept
from deploy.lab.flooding import start_flood
from deploy.lab.lab import Lab
from jobs.event import Event

AGAIN = "again-"
"""How ids begin that are told many times."""

AT_ONCE = 10
"""Senders that tell the same at the same time."""


@dataclass(frozen=True, slots=True)
class FiftyTimes:
    """A member's claim to lead comes fifty times under one id, and under fifty more ids."""

    member: str
    times: int = 50

    @property
    def title(self) -> str:
        return f"{self.member} tells the same {self.times} times by one id, then by {self.times}"

    @property
    def healed(self) -> str:
        return f"{self.member} has told everything"

    def inject(self, lab: Lab) -> None:
        names = [_name()] * self.times + [_name() for _ in range(self.times)]
        events = [claim(self.member, name) for name in names]
        with ThreadPoolExecutor(max_workers=AT_ONCE) as senders:
            list(senders.map(lambda event: courier(lab, self.member).send(event), events))

    def heal(self, lab: Lab) -> None:
        pass


def _name() -> str:
    return f"{AGAIN}{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class MuteHooks:
    """No packet to the webhook leaves these members: their hooks keep what happens."""

    members: Sequence[str] = tuple(layout.MEMBERS)

    @property
    def title(self) -> str:
        return f"the hooks of {', '.join(self.members)} reach no webhook"

    @property
    def healed(self) -> str:
        return f"the hooks of {', '.join(self.members)} reach the webhook again"

    def inject(self, lab: Lab) -> None:
        for member in self.members:
            faults.mute(lab, member, layout.WEBHOOK_PORT)

    def heal(self, lab: Lab) -> None:
        for member in self.members:
            faults.unmute(lab, member)


@dataclass(frozen=True, slots=True)
class Backwards:
    """All that the hooks keep comes to the webhook, newest first, and as of so many seconds earlier;
    their own deliveries, in order, come after that."""

    seconds: float = 60.0

    @property
    def title(self) -> str:
        return f"what the hooks kept arrives newest first, {self.seconds:g} s old"

    @property
    def healed(self) -> str:
        return "everything has arrived"

    def inject(self, lab: Lab) -> None:
        for event in reversed(list(kept(lab))):
            courier(lab, event.sender).send(earlier(event, self.seconds))

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The clock by which a member's hook signs is behind by so many seconds."""

    member: str
    seconds: int = 600

    @property
    def title(self) -> str:
        return f"the clock of {self.member}'s hook is {self.seconds} s behind"

    @property
    def healed(self) -> str:
        return f"the clock of {self.member}'s hook is right again"

    def inject(self, lab: Lab) -> None:
        faults.shift_clock(lab, self.member, self.seconds)

    def heal(self, lab: Lab) -> None:
        faults.right_clock(lab, self.member)


@dataclass(frozen=True, slots=True)
class Flood:
    """A stranger's machine forges events, so many a second. Among them is `genuine`, which the
    webhook has taken before."""

    genuine: Event
    per_second: int = 500

    @property
    def title(self) -> str:
        return f"{self.per_second} forged events a second"

    @property
    def healed(self) -> str:
        return "the forger gives up"

    def inject(self, lab: Lab) -> None:
        start_flood(lab, list(forged(lab, self.genuine)), per_second=self.per_second)

    def heal(self, lab: Lab) -> None:
        faults.find(lab, "stranger", "flood").stop()
