"""The ear on etcd: without it, pgbaton would learn of a new leader only when its clock looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

import structlog

from jobs.ports import DcsUnavailable, ScopeRef
from workers.etcd import layout, wire
from workers.etcd.dcs import EtcdDcs
from workers.etcd.gateway import Gateway
from workers.etcd.register import Change, Reading, Register, Resync
from workers.etcd.stream import Compacted, NotPermitted, Stream, StreamBroken

log = structlog.get_logger(__name__)

TOGETHER = 1000
"""Clusters whose keys are read, and whose part of the stream begins, within one timeout: of more, each
thousand has one, for that they are many is no outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """etcd cannot be asked; said once, and ended by a Resync."""

    reason: str
    remedy: str


News = Change | Resync | Blind


class Watch:
    """The leader keys of all scopes of one etcd cluster; iterate over it from one thread.

    Two sources feed one register: a stream, which is fast, and a linearizable read every
    `every` seconds, which is right. A stream that owes what a read has told `grace` seconds ago,
    or whose endpoint does not answer, is cut and begun elsewhere: a healthy stream is as silent
    as a dead one. `asked` is when (by `clock`) etcd last answered, for a dead-man signal.
    """

    def __init__(
        self,
        gateway: Gateway,
        scopes: Sequence[ScopeRef],
        *,
        every: float = 2.0,
        grace: float = 0.5,
        timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway = gateway
        self._dcs = EtcdDcs(gateway, clock=clock)
        self._scopes = {layout.leader_key(scope): scope for scope in scopes}
        self._every, self._grace, self._timeout = every, grace, timeout
        self._patience = timeout * max(1.0, len(scopes) / TOGETHER)
        self._clock = clock
        self.asked: float | None = None
        self._news: SimpleQueue[News | None] = SimpleQueue()
        self._register = Register(self._news.put)
        self._start_revision: int | None = None
        self._blind = False
        self._ranges = [wire.key_range(key) for key in self._scopes]
        self._stream: Stream | None = None
        self._opened = 0.0
        self._stopped = threading.Event()
        self._look_now = threading.Event()
        self._looked = threading.Condition()

    def __iter__(self) -> Iterator[News]:
        """News until `stop`; starts the two threads."""
        for work in (self._compare_for_ever, self._follow_for_ever):
            threading.Thread(target=work, daemon=True, name=f"etcd {work.__name__}").start()
        while (news := self._news.get()) is not None:
            yield news

    def stop(self) -> None:
        """End the iteration; from any thread, at any time, more than once."""
        self._stopped.set()
        self._look_now.set()
        with self._looked:
            self._looked.notify_all()
        self._cut_stream()
        self._news.put(None)

    def hears(self) -> bool:
        """Whether the stream runs, and etcd answered a read within the last few: what a dead-man's
        signal asks. Where no cluster lives there is no stream, and nothing to hear."""
        asked, stream = self.asked, self._stream
        if asked is None or self._clock() - asked > 3 * self._every + self._patience:
            return False
        return stream is not None and stream.begun

    # The level: what is true now.

    def _compare_for_ever(self) -> None:
        while not self._stopped.is_set():
            self._look_now.clear()
            self._compare()
            self._look_now.wait(self._every)

    def _compare(self) -> None:
        newest = self._register.newest()
        try:
            readings = self._dcs.leaders(tuple(self._scopes.values()), timeout=self._patience)
        except DcsUnavailable as unavailable:
            self._say_blind(unavailable)
            return
        self.asked = self._clock()
        self._take(readings, newest)
        with self._looked:
            self._start_revision = min((r[0] for r in readings.values()), default=0) + 1
            self._looked.notify_all()
        self._check_stream()

    def _take(self, readings: Mapping[str, Reading], newest: int) -> None:
        reason = self._reason_to_forget(readings, newest)
        if reason is not None:
            self._register.reset(readings)
        else:
            self._register.reread(readings)
            reason = "etcd answers again" if self._blind else None
        self._blind = False
        if reason is not None:
            log.info("etcd.watch.resync", reason=reason)
            self._news.put(Resync(reason=reason, leaders=self._register.leaders()))

    def _reason_to_forget(self, readings: Mapping[str, Reading], newest: int) -> str | None:
        if self._start_revision is None:
            return "started"
        if self._register.went_back(readings, newest=newest):
            self._cut_stream()  # it waits for revisions that may never come
            return "etcd's revision went back: it was restored from a snapshot"
        return None

    def _say_blind(self, unavailable: DcsUnavailable) -> None:
        if not self._blind:
            self._blind = True
            log.warning("etcd.watch.blind", reason=unavailable.reason, remedy=unavailable.remedy)
            self._news.put(Blind(reason=unavailable.reason, remedy=unavailable.remedy))

    def _check_stream(self) -> None:
        stream = self._stream
        if stream is None:
            return
        if stream.partly_begun and self._clock() - self._opened > self._patience:
            self._watch_wholesale()
        if self._register.owing():
            self._stopped.wait(self._grace)
        owing = self._register.owing()
        if owing or not self._gateway.transport.alive(stream.endpoint, timeout=self._grace * 2):
            log.warning("etcd.watch.silent", endpoint=stream.endpoint, owing=owing)
            stream.close()

    def _watch_wholesale(self) -> None:
        """This etcd took less than all of a row of requests: ask for everything in one, and sort
        out here what else comes along."""
        log.warning("etcd.watch.wholesale", scopes=len(self._scopes))
        self._ranges = [wire.key_range(min(self._scopes), max(self._scopes) + b"\0")]
        self._cut_stream()

    # The edge: what changes, as it changes.

    def _follow_for_ever(self) -> None:
        failures = 0
        while self._scopes and (start := self._wait_for_a_look()) is not None:
            begun = self._clock()
            try:
                self._follow(failures, start)
            except Compacted as compacted:
                log.info("etcd.watch.compacted", reason=str(compacted))
                self._look_again()
            except (StreamBroken, DcsUnavailable) as broken:
                if not self._stopped.is_set():
                    log.info("etcd.watch.reconnecting", reason=str(broken))
            failures = 0 if self._clock() - begun > self._every else failures + 1
            self._stopped.wait(min(0.05 * 2**failures, self._every) if failures > 1 else 0)

    def _follow(self, failures: int, start: int) -> None:
        endpoints = self._gateway.transport.order()
        endpoint = endpoints[failures % len(endpoints)]
        try:
            self._listen(endpoint, start)
        except NotPermitted:
            # A token may have expired; if not, a role is missing for some of the keys.
            self._gateway.renew(self._gateway.headers(timeout=1), timeout=self._timeout)
            self._listen(endpoint, start, partial=True)

    def _listen(self, endpoint: str, start: int, **how: bool) -> None:
        headers = self._gateway.headers(timeout=self._timeout)
        tls = self._gateway.transport.tls
        self._stream = stream = Stream(endpoint, tls=tls, timeout=self._timeout)
        if self._stopped.is_set():
            stream.close()
        self._opened = self._clock()
        self._register.forgive()
        try:
            for event in stream.follow(self._ranges, start_revision=start, headers=headers, **how):
                self._hear(event)
        finally:
            self._stream = None

    def _hear(self, event: wire.Event) -> None:
        scope = self._scopes.get(event.key)
        if scope is None:
            return
        leader = layout.parse_leader((event.now,) if event.now else ())
        self._register.streamed(scope.cluster, (event.revision, leader))

    def _wait_for_a_look(self) -> int | None:
        """The revision to watch from, as soon as there is one; None when stopped."""
        with self._looked:
            self._looked.wait_for(
                lambda: self._stopped.is_set() or self._start_revision is not None
            )
        return None if self._stopped.is_set() else self._start_revision

    def _look_again(self) -> None:
        """What was compacted was missed: only a fresh read tells."""
        with self._looked:
            before = self._start_revision
            self._look_now.set()
            self._looked.wait_for(
                lambda: self._stopped.is_set() or self._start_revision != before, self._every
            )

    def _cut_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
