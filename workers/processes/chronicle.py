"""`pgbaton chronicle`: follows the trail, and tells it as metrics, in Slack, to an on-call tool, and to etcd."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import structlog
from prometheus_client import CollectorRegistry

from jobs.inventory import Inventory
from jobs.ports import LedgerUnavailable
from workers.alerts import Alerter, alerter_of
from workers.anchor_notes import AnchorNotes
from workers.anchoring import Anchoring
from workers.metrics import Metrics, Reader, Rounds, eye_on, served, show_build
from workers.metrics.routes import RouteMetrics
from workers.processes.duties import Duty, Round, begin_all, end_all
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.processes.telling import teller_of
from workers.processes.threads import demand_alive
from workers.redis import connect
from workers.secrets import Secrets
from workers.store import READ, ledger_of, redis_of

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks at the trail; metrics are scraped more seldom than that."""

SLACK_EVERY = 0.5
"""The same for Slack, where somebody waits for the first message."""

LAST_WORD = 5.0
"""Seconds that calls under way have when the process ends."""

SENT = ("delivered", "refused", "retried")
"""What becomes of an alert."""

NUMBER = count(1)
"""Of two tellers in one process, the one that ends and the one that begins, one acts."""


def run_chronicle(
    inventory: Inventory, secrets: Secrets, *, port: int, address: str = "127.0.0.1"
) -> None:
    """Serve /metrics and tell what the trail says until told to end; an unreachable Redis is waited out.
    SIGHUP reads the inventory anew, and keeps the old one if it is bad. ValueError where a secret is
    missing. Each way of telling has a thread and connections of its own."""
    registry = CollectorRegistry()
    counting = Counting.of(inventory, secrets, registry)
    show = show_build(registry, inventory=inventory.digest)
    rounds = list(rounds_of(inventory, secrets, counting))

    def reload() -> None:
        nonlocal inventory, rounds
        inventory = reread(inventory)
        before, rounds = rounds, list(rounds_of(inventory, secrets, counting))
        counting.reader.inventory = inventory
        show(inventory.digest)
        end_all(before, within=0)
        begin_all(rounds)

    stop = Stop(reload=reload)
    metering = Round(name="metrics", make=lambda: counting, every=EVERY)
    with served(registry, port=port, address=address):
        log.info("chronicle.started", port=port, address=address)
        begin_all([metering, *rounds])
        while not stop.wait(EVERY):
            demand_alive([one.thread for one in (metering, *rounds)])
        end_all([metering, *rounds], within=LAST_WORD)


@dataclass(slots=True, kw_only=True)
class Counting:
    """Metrics of the trail. They outlive a reload: a registry takes each name once."""

    reader: Reader
    rounds: Rounds
    alerts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SENT, 0))
    _blind: str = ""

    @classmethod
    def of(cls, inventory: Inventory, secrets: Secrets, registry: CollectorRegistry) -> Counting:
        eye = eye_on(connect(redis_of(inventory, secrets), read=READ))
        ledger, metrics = ledger_of(inventory, secrets), Metrics(registry)
        reader = Reader(ledger=ledger, inventory=inventory, metrics=metrics, queue=eye)
        return cls(reader=reader, rounds=Rounds("chronicle", registry))

    def tick(self) -> None:
        """Read once. Why it could not is said again only when that changes."""
        try:
            self.reader.read()
            self.rounds.ended("read", good=True)
            self._blind = ""
        except LedgerUnavailable as error:
            self.rounds.ended("blind", good=False)
            if str(error) != self._blind:
                log.warning("chronicle.blind", reason=str(error))
            self._blind = str(error)


def rounds_of(inventory: Inventory, secrets: Secrets, counting: Counting) -> Iterator[Round]:
    """What the inventory wants told besides metrics. ValueError where a secret for it is missing."""
    holder = f"{platform.node()}:{os.getpid()}:{next(NUMBER)}"

    def telling() -> Duty | None:
        return teller_of(inventory, secrets, ledger_of(inventory, secrets), holder=holder)

    def alerting() -> Duty | None:
        alerter = alerter_of(inventory, secrets, ledger_of(inventory, secrets), holder=holder)
        return None if alerter is None else Alerting.of(alerter, counting)

    def anchoring() -> Duty:
        ledger = ledger_of(inventory, secrets)
        return Noting(
            anchoring=Anchoring.of(inventory, secrets, ledger),
            notes=AnchorNotes(ledger),
            routes=counting.reader.metrics.routes,
        )

    for name, make, every in (
        ("slack", telling, SLACK_EVERY),
        ("alerts", alerting, EVERY),
        ("anchors", anchoring, EVERY),
    ):
        if make() is not None:  # made once for its mistakes; a round makes its own
            yield Round(name=name, make=make, every=every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """Alerts, and how many of them went; the counts outlive the alerter, as their metrics do."""

    alerter: Alerter
    routes: RouteMetrics

    @classmethod
    def of(cls, alerter: Alerter, counting: Counting) -> Alerting:
        alerter.counts = counting.alerts
        return cls(alerter=alerter, routes=counting.reader.metrics.routes)

    def tick(self) -> None:
        self.alerter.tick()
        self.routes.told(self.alerter.counts)

    def leave(self) -> None:
        self.alerter.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting:
    """Anchors, and why they cannot be placed."""

    anchoring: Anchoring
    notes: AnchorNotes
    routes: RouteMetrics

    def tick(self) -> None:
        self.anchoring.tick()
        self.routes.anchors(self.anchoring.failing)
        self.notes.tell(self.anchoring.failing, self.anchoring.last)
