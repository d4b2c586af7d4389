"""What is asked for first is read before anybody asks: without it, whoever opens a long incident at night would wait for its reading."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread

import structlog

from jobs.audit import Head
from jobs.ports import LedgerUnavailable
from webhook.pages.desk import Desk

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks at the heads; one round trip, however many clusters there are."""


@dataclass(slots=True)
class Warming:
    """Reads what the front page lists, and each cluster's newest incident with its chain (the open
    one, where one is open). It reads on only where a head moved; the shelves bound what is kept."""

    desk: Desk
    _seen: Mapping[str, Head] = field(default_factory=dict)
    _blind: bool = False
    _warm: bool = False

    def begin(self) -> None:
        """Look every second, on a thread that ends with the process."""
        Thread(target=self._go_on, name="pages-warming", daemon=True).start()

    def look(self) -> None:
        """Look once. What cannot be read now is read the next time."""
        clusters = list(self.desk.inventory.clusters)
        try:
            heads = self.desk.ledger.heads(clusters)
            self._read([name for name in clusters if heads[name] != self._seen.get(name)])
        except LedgerUnavailable as error:
            if not self._blind:
                log.warning("pages.cold", reason=str(error))
            self._blind = True
            return
        self._blind = False
        self._seen = heads

    def _read(self, moved: Sequence[str]) -> None:
        for cluster in moved:
            self._cluster(cluster)
        if moved and not self._warm:
            self.desk.library.page(list(self.desk.inventory.clusters), before=None)
            log.info("pages.warm", clusters=len(moved))
        self._warm = self._warm or bool(moved)

    def _cluster(self, cluster: str) -> None:
        """Its newest incident, which is the open one where one is open."""
        for span in self.desk.ledger.spans(cluster, count=1):
            self.desk.library.story(cluster, span.incident)
            self.desk.chains.walk(cluster, span)

    def _go_on(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("pages.warming.failed")  # the pages read for themselves
                time.sleep(60 * EVERY)
            time.sleep(EVERY)
