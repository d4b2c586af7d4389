"""One poll after the other: what stands at Linode is looked at, and what is news is left to the herald."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from jobs.inventory import Inventory
from jobs.ports import (
    Balancers,
    Clock,
    Fleet,
    Ledger,
    LedgerUnavailable,
    LinodeEvents,
    LinodeUnavailable,
)
from jobs.probe.concerns import concerns_of
from jobs.probe.pace import pace
from jobs.probe.sighting import Sighting
from workers.fleet import ThreadFleet
from workers.probe.asking import Asking
from workers.probe.looks import Looks
from workers.probe.topics import EventTopic, NodeTopic, Topic
from workers.probe.untold import Untold
from workers.reconciling import ask_reconcile

log = structlog.get_logger(__name__)

SENDER = "probe"
"""The inventory's [senders.probe]; its private key is the secret `sender-key-probe`."""

LEASE = "probe"
SILENT_POLLS, LEAST = 3, 15.0
"""Another probe takes over after so many polls without a sign of life, and no sooner than so many
seconds."""


ANEW_EVERY = 30.0
"""Seconds between two times that a cluster is read anew: a node that flaps is not to have every host
of its cluster read at every poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask Linode for, and what is done with the answer."""

    what: str
    ask: Callable[[], Any]
    take: Callable[[Any], None]


class Probe:
    """Polls the NodeBalancers and the account's events of one inventory; `untold` is the outbox for
    what is news. `holder` names this process: of several, the lease lets one act."""

    def __init__(
        self,
        inventory: Inventory,
        *,
        balancers: Balancers,
        events: LinodeEvents,
        ledger: Ledger,
        clock: Clock,
        holder: str,
        fleet: Fleet | None = None,
    ) -> None:
        self.inventory, self.pace = (
            inventory,
            pace(inventory.linode.every, len(inventory.nodebalancers)),
        )
        self._events, self._ledger, self._clock, self._holder = events, ledger, clock, holder
        self._fleet = fleet or ThreadFleet()
        self._looks = Looks(inventory=inventory, balancers=balancers, clock=clock, pace=self.pace)
        self._asking = Asking(clock=clock)
        self._nodes = {
            name: NodeTopic(id=name, table=table, sender=SENDER)
            for name, table in inventory.nodebalancers.items()
        }
        self._account = EventTopic(concerns=concerns_of(inventory), sender=SENDER)
        topics: list[Topic] = [*self._nodes.values(), self._account]
        self.untold = Untold(topics=topics, memory=ledger, clock=clock)
        self._suspects: set[str] = set()
        self._read_anew: dict[str, float] = {}
        self._next, self._blind = clock.monotonic(), ""

    def pause(self) -> float:
        """Seconds until the next poll is due."""
        return max(0.0, self._next - self._clock.monotonic())

    def tick(self) -> None:
        """Poll once, if this process is the one that acts. Never raises for what may pass: Redis or
        Linode out of reach is logged, and tried again by the next tick."""
        self._next = self._clock.monotonic() + self.inventory.linode.every
        try:
            if self._acts():
                self._poll()
                self.untold.keep()
                self._ask_reconciles()
            self._blind = ""
        except LedgerUnavailable as error:
            if str(error) != self._blind:  # said again only when it changes
                log.warning("probe.blind", reason=str(error))
            self._blind = str(error)

    def leave(self) -> None:
        """Let another probe act at once; tell nothing more."""
        self.untold.shut()
        try:
            self._ledger.lease(LEASE, self._holder, seconds=0)
        except LedgerUnavailable:
            return  # it ends by itself

    def _acts(self) -> bool:
        now, seconds = (
            self._clock.monotonic(),
            max(LEAST, SILENT_POLLS * self.inventory.linode.every),
        )
        if not self._ledger.lease(LEASE, self._holder, seconds=seconds):
            self.untold.shut()
            return False
        self.untold.open(until=now + seconds)
        return True

    def _take(self, name: str, sighting: Sighting) -> None:
        """A NodeBalancer that stands differently may no longer lead to exactly the leader: in peace
        nobody else would look before the clock's next drift check. What Redis does not take now is
        asked for with the next poll."""
        topic = self._nodes[name]
        before = topic.seen or (topic.told.sighting if topic.told else None)
        topic.see(sighting)
        if before is not None and before != sighting:
            self._suspects.add(self.inventory.nodebalancers[name].cluster)

    def _ask_reconciles(self) -> None:
        now = self._clock.monotonic()
        for cluster in sorted(self._suspects):
            if now < self._read_anew.get(cluster, now):
                continue
            ask_reconcile(self._ledger, self.inventory, cluster)
            self._suspects.discard(cluster)
            self._read_anew[cluster] = now + ANEW_EVERY

    def _poll(self) -> None:
        """Everything at once: one answer that does not come delays no other."""
        questions = [q for q in self._questions() if self._asking.may(q.what)]
        for question, found in self._fleet.each(questions, _answer):
            if isinstance(found, LinodeUnavailable):
                self._asking.failed(question.what, found)
            else:
                self._asking.well(question.what)
                with self.untold.changing():
                    question.take(found)

    def _questions(self) -> Iterator[Question]:
        for name, lookup in self._looks.turns().items():
            yield Question(
                what=f"NodeBalancer {name}",
                ask=partial(self._looks.look, name, lookup=lookup),
                take=partial(self._take, name),
            )
        asked = self._account.since(self._clock.now())
        yield Question(
            what="events",
            ask=partial(self._events.since, asked, timeout=self.inventory.linode.timeout),
            take=partial(self._account.hear, asked=asked),
        )


def _answer(question: Question) -> Any:
    try:
        return question.ask()
    except LinodeUnavailable as error:
        return error
