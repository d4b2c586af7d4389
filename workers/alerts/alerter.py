"""Tells an on-call tool what the trail says, in order, once, and again until it is taken."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import quote

import structlog

from jobs.alert import Alert, SlackAlarm, of_slack
from jobs.audit import Head
from jobs.inventory import Inventory
from jobs.ports import Ledger, LedgerUnavailable
from jobs.story import Shelf
from workers.alerts.road import Road
from workers.alerts.route import SECRET, Delivered, Later, Outcome, Refused, Route
from workers.secrets import Secrets

log = structlog.get_logger(__name__)

WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between two tries while the tool does not take an alert; the last one repeats."""

LEASE = 30.0
"""Seconds for which one chronicle alone delivers; more than one delivery may take."""

TROUBLE = "alerts:trouble"
SLACK_TROUBLE, SLACK_TOLD = "slack:trouble", "alerts:slack"
"""Names in the ledger's memory: what is wrong with the route (for pages), what is wrong with Slack,
and what was told of that."""


class Sends(Protocol):
    """The one thing that the alerter needs of a route."""

    def send(self, alert: Alert) -> Outcome:
        """Post one alert."""


@dataclass(slots=True, kw_only=True)
class Alerter:
    """`tick` delivers what is due. Blocks for the route's timeout at most, and for one alert only
    while the tool does not answer: give it a thread of its own where nothing may wait.

    `counts` are alerts by what became of them (delivered, refused, retried), `trouble` is why the last one
    was not delivered, "" where it was.
    """

    ledger: Ledger
    route: Sends
    inventory: Inventory
    holder: str
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    counts: dict[str, int] = field(
        default_factory=lambda: {"delivered": 0, "refused": 0, "retried": 0}
    )
    trouble: str = ""
    _shelf: Shelf = field(init=False)
    _roads: dict[str, Road] = field(default_factory=dict)
    _failures: int = 0
    _rest_until: float = 0.0
    _ours_until: float = 0.0
    _noted: str | None = None

    def __post_init__(self) -> None:
        self._shelf = Shelf(self.ledger)

    def tick(self) -> None:
        """Deliver what is due, unless another chronicle does. Never raises for what may pass: what
        could not be told is told by a later tick."""
        if self.monotonic() < self._rest_until:
            return
        try:
            self._tell()
        except LedgerUnavailable:
            self._roads.clear()  # read anew: what was noted is what counts

    def leave(self) -> None:
        """Let another chronicle deliver at once."""
        with suppress(LedgerUnavailable):
            self.ledger.lease("alerts", self.holder, seconds=0)

    def _tell(self) -> None:
        if not self._mine():
            self._roads.clear()
            return
        heads = self.ledger.heads(tuple(self.inventory.clusters))  # in one round trip
        delivered = all(self._tell_of(cluster, head) for cluster, head in heads.items())
        if delivered:
            self._tell_of_slack()
        if self.trouble != self._noted:
            self.ledger.remember(TROUBLE, self.trouble)
            self._noted = self.trouble

    def _mine(self) -> bool:
        """Whether the lease is ours. Whoever slept through its end (a machine that was frozen) may hold it
        again after another one had it, and what was read before is yesterday's."""
        asked = self.monotonic()
        if asked >= self._ours_until:
            self._roads.clear()
        mine = self.ledger.lease("alerts", self.holder, seconds=LEASE)
        self._ours_until = asked + LEASE if mine else 0.0
        return mine

    def _tell_of(self, cluster: str, head: Head) -> bool:
        road = self._roads.get(cluster) or Road.of(self.ledger, cluster)
        self._roads[cluster] = road
        road.look(head)
        if not road.waiting:
            return True
        batch = road.batch(now=self.ledger.state(cluster).now)
        return road.deliver(
            batch, lambda alert: self._still(road) and self._send(self._whole(alert))
        )

    def _still(self, road: Road) -> bool:
        """Whether the lease is ours without a gap since the road was read."""
        return self._mine() and self._roads.get(road.cluster) is road

    def _tell_of_slack(self) -> None:
        told = SlackAlarm.load(self.ledger.recall(SLACK_TOLD))
        news = of_slack(self.ledger.recall(SLACK_TROUBLE), told, now=self.now())
        if news is not None and self._send(news[0]):
            self.ledger.remember(SLACK_TOLD, news[1].dump())

    def _whole(self, alert: Alert) -> Alert:
        """The alert with what the incident's story knows by now."""
        base = self.inventory.pages.url
        if alert.incident is None or alert.cluster is None:
            return replace(alert, link=base)
        story = self._shelf.story(alert.cluster, alert.incident)
        if story is None:
            return replace(alert, link=base)
        return replace(
            alert,
            before=story.before,
            member=story.member,
            cause=str(story.cause.kind) if story.cause else None,
            cause_told=story.cause.text if story.cause else None,
            link=base and f"{base}/incidents/{quote(alert.incident)}",
        )

    def _send(self, alert: Alert) -> bool:
        """True where it need not be sent again."""
        outcome = self.route.send(alert)
        match outcome:
            case Later():
                self._wait(alert, outcome)
                return False
            case Refused():
                log.error("alert.refused", id=alert.id, key=alert.key, reason=outcome.reason)
                self._went("refused", f"an alert was refused and dropped: {outcome.reason}")
            case Delivered():
                log.info("alert.delivered", id=alert.id, type=alert.type, key=alert.key)
                self._went("delivered", "")
        return True

    def _went(self, how: str, trouble: str) -> None:
        self.counts[how] += 1
        self.trouble, self._failures = trouble, 0

    def _wait(self, alert: Alert, outcome: Later) -> None:
        """Rest for as long as was asked for, else longer each time; said when the reason changes."""
        if outcome.reason != self.trouble:
            log.warning("alert.undelivered", id=alert.id, key=alert.key, reason=outcome.reason)
        self.counts["retried"] += 1
        self.trouble, self._failures = outcome.reason, self._failures + 1
        pause = WAITS[min(self._failures, len(WAITS)) - 1]
        self._rest_until = self.monotonic() + max(pause, outcome.seconds or 0.0)


def alerter_of(
    inventory: Inventory, secrets: Secrets, ledger: Ledger, *, holder: str | None = None
) -> Alerter | None:
    """The alerter of an inventory that names `alerts.url`; None of another, whose old trouble is
    forgotten. `holder` tells it from all others. ValueError without a key."""
    if inventory.alerts.url is None:
        with suppress(LedgerUnavailable):
            if ledger.recall(TROUBLE):
                ledger.remember(TROUBLE, "")
        return None
    route = Route(
        url=inventory.alerts.url, keys=secrets.words(SECRET), timeout=inventory.alerts.timeout
    )
    named = holder or f"{platform.node()}:{os.getpid()}"
    return Alerter(ledger=ledger, route=route, inventory=inventory, holder=named)
