"""A dead-man's switch is called while a process does its work: who is silent cannot say so itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from workers.metrics.rounds import Rounds
from workers.posting import NoAnswerError, post

log = structlog.get_logger(__name__)

TIMEOUT = 5.0
"""Seconds that one call may take."""

RETRY = 10.0
"""Seconds, at most, until a call that failed is made again."""


@dataclass(slots=True, kw_only=True)
class Heartbeat:
    """Calls `url` every `every` seconds, right after a round that succeeded, from a thread of its own,
    so that an address that hangs delays no round. Without a URL it only counts.

    What a beat says: this process lives, and its last round did what it is for. A clock beats when it
    is the one that acts, Redis answered, and it read at least one etcd; a watch beats when at
    least one etcd's stream runs and its leader keys were read anew lately. One etcd of several that is down does
    not end the beat: the trail tells of its clusters, in an incident of their own. The beat is for what
    nobody would be left to tell.
    """

    rounds: Rounds
    url: str | None = field(default=None, repr=False)
    every: float = 60.0
    timeout: float = TIMEOUT
    _good: int = 0
    _ended: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _trouble: str = ""

    def round(self, result: str, *, good: bool, beats: bool = True) -> None:
        """A round ended so. One that is good and does not beat is a stand-in's, who leaves the work to
        another process."""
        self.rounds.ended(result, good=good)
        if good and beats:
            with self._changed:
                self._good += 1
                self._changed.notify_all()

    def end(self) -> None:
        """Let `beat_for_ever` return, after the call at hand."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def beat_for_ever(self) -> None:
        """Beat after the first good round, then after the first one that ends `every` seconds later."""
        seen = 0
        while self._wait_for_a_round_after(seen):
            sent = self._beat()
            self._rest(self.every if sent else min(self.every, RETRY))
            seen = self._good

    def _wait_for_a_round_after(self, seen: int) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._good > seen)
            return not self._ended

    def _rest(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended, timeout=seconds)

    def _beat(self) -> bool:
        url = self.url
        if url is None:
            return True
        trouble = _trouble_of(url, timeout=self.timeout)
        self.rounds.beat(sent=not trouble)
        if trouble != self._trouble:
            self._say(url, trouble)
        return not trouble

    def _say(self, url: str, trouble: str) -> None:
        """Only where it changes, and only the host's name: the rest of the address is a secret."""
        self._trouble, host = trouble, urlsplit(url).hostname
        if trouble:
            log.warning("heartbeat.failed", host=host, reason=trouble)
        else:
            log.info("heartbeat.sent", host=host)


def _trouble_of(url: str, *, timeout: float) -> str:
    """Why the switch could not be called; "" where it was. Redirects are followed: these services
    move from http to https."""
    try:
        answer = post(url, timeout=timeout, redirects=True)
    except NoAnswerError as error:
        return str(error)
    return "" if answer.good else f"it answers {answer.status}"
