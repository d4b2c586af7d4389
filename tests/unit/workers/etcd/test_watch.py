"""How long a watch waits for many clusters before it calls their etcd gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from jobs.ports import DcsUnavailable, ScopeRef
from tests.fakes.clock import FakeClock
from workers.etcd import Gateway, wire
from workers.etcd.register import Resync
from workers.etcd.transport import Transport
from workers.etcd.watch import Blind, News, Watch

NOWHERE = "http://127.0.0.1:1"


class NobodyListens(Transport):
    """Where no stream ever begins."""

    def order(self) -> tuple[str, ...]:
        raise DcsUnavailable(reason="nobody listens here", remedy="look at etcd")


class SlowGateway(Gateway):
    """An etcd that needs `each` seconds for a key, and answers that there is none."""

    def __init__(self, passing: FakeClock, *, each: float) -> None:
        super().__init__([NOWHERE])
        self.transport = NobodyListens([NOWHERE], None, clock=passing.monotonic, hedge=1.0)
        self.passing, self.each = passing, each

    def read(self, ranges: Sequence[wire.Json], *, timeout: float) -> wire.Answer:
        self.passing.pass_by(self.each * len(ranges))
        if self.each * len(ranges) > timeout:
            raise DcsUnavailable(reason="no answer in time", remedy="look at etcd")
        return wire.Answer(revision=7, ranges=tuple(() for _ in ranges))


def first_news(clusters: int, *, each: float) -> News:
    """What a watch says first."""
    clock = FakeClock()
    scopes = [
        ScopeRef(cluster=f"c{n}", namespace="/service/", scope=f"c{n}") for n in range(clusters)
    ]
    gateway = SlowGateway(clock, each=each)
    watch = Watch(gateway, scopes, timeout=2.0, clock=clock.monotonic)
    news: Iterator[News] = iter(watch)
    try:
        return next(news)
    finally:
        watch.stop()


def test_many_clusters_are_read_although_that_takes_its_time() -> None:
    """3,000 of them need more than the 2 s that one thousand has, and less than three times that."""
    said = first_news(3000, each=0.0019)
    assert isinstance(said, Resync)
    assert len(said.leaders) == 3000


@pytest.mark.parametrize(("clusters", "each"), [(3000, 0.0021), (10, 0.3)], ids=["many", "few"])
def test_an_etcd_that_is_too_slow_is_called_gone(clusters: int, each: float) -> None:
    """Few clusters have no more than the timeout, and many not for ever."""
    assert isinstance(first_news(clusters, each=each), Blind)
