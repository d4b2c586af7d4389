"""What was seen at Linode and no webhook knows of yet: without it a restart would tell all of it anew."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from jobs.event import Event
from jobs.ports import Clock, LedgerUnavailable, Memory
from workers.probe.topics import Letter, Topic

log = structlog.get_logger(__name__)

SHUT = float("-inf")


@dataclass(slots=True, kw_only=True)
class Untold:
    """The outbox over all topics; from any thread. It is open only for as long as this process is
    the one that acts, and what Redis remembers of a topic is only what a webhook has taken."""

    topics: Sequence[Topic]
    memory: Memory
    clock: Clock
    _open_until: float = SHUT
    _kept: dict[str, str | None] = field(default_factory=dict)
    _letter: Letter | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self, *, until: float) -> None:
        """Tell until this instant (monotonic). Where it was shut, another probe may have told
        something meanwhile: then everything begins with what is remembered. Raises
        LedgerUnavailable."""
        with self._lock:
            if self.clock.monotonic() >= self._open_until:
                self._recall()
            self._open_until = until

    def shut(self) -> None:
        """Tell nothing more."""
        with self._lock:
            self._open_until = SHUT

    @contextmanager
    def changing(self) -> Iterator[None]:
        """While topics see and hear, nobody tells of them."""
        with self._lock:
            yield

    def first(self) -> Event | None:
        with self._lock:
            self._letter = next(self._letters(), None)
            return None if self._letter is None else _dated(self._letter.event, self.clock.now())

    def done(self, event: Event) -> None:
        with self._lock:
            letter, self._letter = self._letter, None
            if letter is not None and letter.event.id == event.id:
                letter.taken()
                self.keep()

    def keep(self) -> None:
        """Have Redis remember what changed. What it cannot take is offered again at the next poll;
        until then a restart would tell it again, under the same id, and the webhook knows that."""
        with self._lock:
            for topic in self.topics:
                text = topic.text()
                if text is not None and text != self._kept.get(topic.name):
                    self._remember(topic.name, text)

    def _remember(self, name: str, text: str) -> None:
        try:
            self.memory.remember(name, text)
            self._kept[name] = text
        except LedgerUnavailable as error:
            log.warning("probe.forgetful", topic=name, reason=str(error))

    def _recall(self) -> None:
        self._letter, now = None, self.clock.now()
        self._kept = {topic.name: self.memory.recall(topic.name) for topic in self.topics}
        for topic in self.topics:
            topic.recall(self._kept[topic.name], now=now)

    def _letters(self) -> Iterator[Letter]:
        if self.clock.monotonic() < self._open_until:
            yield from (letter for topic in self.topics if (letter := topic.first()) is not None)


def _dated(event: Event, now: float) -> Event:
    return replace(event, time=datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"))
