"""What the probe speaks of, each with its memory: a NodeBalancer's nodes, and the events of the account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from jobs.event import Event
from jobs.inventory import NodeBalancer
from jobs.ports import LinodeEvent
from jobs.probe import account as accounts
from jobs.probe import news
from jobs.probe.account import Account
from jobs.probe.concerns import Concerns
from jobs.probe.sighting import Sighting, Told, dump_told, load_told

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An event, and what is known from then on once a webhook has it (or refused it for good)."""

    event: Event
    taken: Callable[[], None]


class Topic(Protocol):
    """Something to speak of. `name` is what its memory is kept under."""

    @property
    def name(self) -> str: ...

    def recall(self, text: str | None, *, now: float) -> None:
        """Begin with what was remembered, and with nothing seen; `now` in seconds since 1970."""

    def text(self) -> str | None:
        """What is to be remembered; None while there is nothing."""

    def first(self) -> Letter | None:
        """What should be told next."""


@dataclass(slots=True, kw_only=True)
class NodeTopic:
    """`[nodebalancers.ID]`: what waits is the difference between what was told and what was seen
    last. So the newest word on a node is told alone, and a flip that was undone while no webhook
    answered is not told at all."""

    id: str
    table: NodeBalancer
    sender: str
    told: Told | None = None
    seen: Sighting | None = None

    @property
    def name(self) -> str:
        return f"probe:nodes:{news.place_of(self.table)}"

    def recall(self, text: str | None, *, now: float) -> None:  # noqa: ARG002 - see Topic
        self.told, self.seen = load_told(text), None

    def text(self) -> str | None:
        return None if self.told is None else dump_told(self.told)

    def see(self, sighting: Sighting) -> None:
        """It was looked at. The first sight ever is no change, and told to nobody: whether it is
        as it should be is judged by the clock's drift check, which needs no event for that."""
        self.seen = sighting
        if self.told is None:
            self.told = Told(sighting=sighting)
            nodes = {n.label: f"{n.status} {n.mode}" for n in sighting.nodes}
            log.info("balancer.seen", balancer=self.id, standing=sighting.standing, nodes=nodes)

    def first(self) -> Letter | None:
        if self.told is None or self.seen is None:
            return None
        for one in news.news(self.told, self.seen):
            return self._letter(self.told, one)
        return None

    def _letter(self, told: Told, one: news.News) -> Letter:
        def taken() -> None:
            self.told = news.taken(told, one)

        event = news.event(one, told=told, name=self.id, table=self.table, sender=self.sender)
        return Letter(event=event, taken=taken)


@dataclass(slots=True, kw_only=True)
class EventTopic:
    """Linode's own events, told in the order in which they were created."""

    concerns: Concerns
    sender: str
    account: Account = field(default_factory=lambda: accounts.opened(0))
    name: str = "probe:events"

    def recall(self, text: str | None, *, now: float) -> None:
        self.account = accounts.load_account(text) or accounts.opened(now)

    def text(self) -> str | None:
        return accounts.dump_account(self.account)

    def since(self, now: float) -> str:
        """From which instant on events are to be listed."""
        return accounts.since(self.account, now)

    def hear(self, events: Sequence[LinodeEvent], *, asked: str) -> None:
        """They were listed since `asked`."""
        self.account = accounts.listed(self.account, events, self.concerns, asked=asked)

    def first(self) -> Letter | None:
        for one in self.account.untold:
            return self._letter(one)
        return None

    def _letter(self, one: accounts.Happened) -> Letter:
        def taken() -> None:
            self.account = accounts.taken(self.account, one)

        return Letter(event=accounts.event(one, sender=self.sender), taken=taken)
