"""The watch in bad weather: dead, frozen, half-open, compacted, restored, without quorum."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from jobs.ports import ScopeRef
from tests.contract import ports
from tests.contract.etcd.listener import Listener
from tests.contract.etcd.pens import SECONDS, EtcdPen
from tests.contract.etcd.proxy import Proxy
from tests.contract.etcd.server import Cluster, cluster
from tests.waiting import until
from workers.etcd import Blind, Gateway, Resync, wire

NEVER = 600.0


@pytest.fixture
def pen(gateway: Gateway) -> EtcdPen:
    return EtcdPen(gateway, lambda: gateway)


@pytest.fixture
def proxy(etcd: Cluster) -> Iterator[Proxy]:
    with Proxy(etcd.endpoints[0]) as running:
        yield running


def test_a_dead_endpoint_is_passed_over(etcd: Cluster, pen: EtcdPen, scope: ScopeRef) -> None:
    """Where nobody listens on the first endpoint, the stream runs on the second."""
    dead = f"http://127.0.0.1:{ports.free()[0]}"
    with Listener(Gateway([dead, *etcd.endpoints]), [scope], every=NEVER) as listener:
        pen.elect(scope, "pg0")
        listener.led_by("pg0")


def test_a_member_that_dies_under_the_stream(trio: Cluster, scope: ScopeRef) -> None:
    """The stream goes on with another member, and misses nothing that happened meanwhile."""
    pen = EtcdPen(Gateway(trio.endpoints[1:]), lambda: Gateway(trio.endpoints))
    with Listener(Gateway(trio.endpoints), [scope], every=1) as listener:
        trio.members[0].stop()
        _until_written(pen, scope, "pg1")
        listener.led_by("pg1")


def test_a_member_that_freezes_under_the_stream(trio: Cluster, scope: ScopeRef) -> None:
    """No FIN, no RST, and the kernel acknowledges everything: the stream moves on all the same."""
    pen = EtcdPen(Gateway(trio.endpoints[1:]), lambda: Gateway(trio.endpoints))
    with Listener(Gateway(trio.endpoints), [scope], every=1) as listener:
        trio.members[0].freeze()
        _until_written(pen, scope, "pg1")
        listener.led_by("pg1")
        until(lambda: _runs_elsewhere(listener, trio.endpoints[0]))
        _until_written(pen, scope, "pg2")
        begun = time.monotonic()
        assert listener.led_by("pg2") - begun < 4


def test_a_half_open_stream_is_found_out_by_what_it_does_not_tell(
    proxy: Proxy, pen: EtcdPen, scope: ScopeRef
) -> None:
    """Only the stream's connection is dead, everything else works: the look tells the change, and
    the next one comes through a new stream."""
    with Listener(Gateway([proxy.endpoint]), [scope], every=1) as listener:
        before = listener.stream()
        proxy.stall_present()
        pen.elect(scope, "pg1")
        listener.led_by("pg1")
        until(lambda: listener.watch._stream not in {None, before})
        listener.watch._every = NEVER
        for member in ("pg2", "pg3"):  # one look may still come, and tells one of them at most
            listener.ready()
            pen.elect(scope, member)
            listener.led_by(member)
        assert listener.changes().count("pg1") == 1


def test_a_wire_that_went_silent_altogether(
    proxy: Proxy, etcd: Cluster, pen: EtcdPen, scope: ScopeRef
) -> None:
    """All connections to one endpoint hang: the other endpoint takes over stream and looks."""
    with Proxy(etcd.endpoints[0]) as second:
        ways = {one.endpoint: one for one in (proxy, second)}
        with Listener(Gateway([*ways]), [scope], every=1) as listener:
            # The first, unless its first answer took longer than a hedge.
            ways.pop(listener.stream().endpoint).stall()
            pen.elect(scope, "pg1")
            listener.led_by("pg1")
            until(lambda: _on(listener, *ways))


def test_a_closed_stream_misses_nothing(proxy: Proxy, pen: EtcdPen, scope: ScopeRef) -> None:
    """What happened between two connections is told by the second, without any look."""
    with Listener(Gateway([proxy.endpoint]), [scope], every=NEVER) as listener:
        proxy.drop()
        for member in ("pg1", "pg2"):
            pen.elect(scope, member)
        listener.led_by("pg2")
        assert listener.changes().count("pg1") == 1


def test_after_compaction_it_reads_afresh(
    proxy: Proxy, etcd: Cluster, pen: EtcdPen, scope: ScopeRef
) -> None:
    """etcd has forgotten what was missed: the present leader is told, and the stream runs on."""
    with Listener(Gateway([proxy.endpoint]), [scope], every=NEVER) as listener:
        _cut_off(proxy, listener)
        for number in range(5):
            pen.elect(scope, f"lost{number}")
        pen.elect(scope, "pg1")
        _compact(etcd, pen.gateway)
        proxy.flow()
        listener.led_by("pg1")
        listener.ready()
        pen.elect(scope, "pg2")
        listener.led_by("pg2")


def test_an_etcd_that_takes_only_some_of_the_requests_is_watched_wholesale(
    etcd: Cluster, pen: EtcdPen, namespace: str
) -> None:
    """A row of requests that arrives with a gap is noticed, and all keys are watched as one range."""
    scopes = [ScopeRef(cluster=f"c{i}", namespace=namespace, scope=f"s{i}") for i in range(4)]
    lost = wire.text(f"{scopes[3].path}leader".encode()).encode()
    asked = re.compile(rb'\{"create_request": \{"key": "' + re.escape(lost) + rb'"[^}]*\}\}')

    def gap(passing: bytes) -> bytes:
        return asked.sub(lambda found: b" " * len(found[0]), passing)

    with (
        Proxy(etcd.endpoints[0], change=gap) as proxy,
        Listener(Gateway([proxy.endpoint]), scopes, every=0.2, timeout=1, eager=False) as listener,
    ):
        until(lambda: len(listener.watch._ranges) == 1)
        listener.ready()
        listener.watch._every = NEVER
        time.sleep(0.3)
        for scope in (scopes[0], scopes[3]):
            pen.put(scope, "status", b"{}")
            pen.elect(scope, f"pg-{scope.cluster}")
            listener.led_by(f"pg-{scope.cluster}")
        assert listener.changes() == ["pg-c0", "pg-c3"]


def test_without_quorum_it_says_once_that_it_is_blind(trio: Cluster, scope: ScopeRef) -> None:
    """No quorum, no news, but not in silence; and a whole picture when etcd answers again."""
    gateway = Gateway(trio.endpoints)
    pen = EtcdPen(gateway, lambda: gateway)
    _until_written(pen, scope, "pg0")
    with Listener(gateway, [scope], every=0.3, timeout=1) as listener:
        before = listener.count()
        for member in trio.members[1:]:
            member.stop()
        _, blind = listener.until(lambda n: isinstance(n, Blind), after=before)
        assert isinstance(blind, Blind)
        assert blind.remedy
        asked = listener.watch.asked
        time.sleep(1.5)
        told = [n for _, n in listener._news[before:] if isinstance(n, Blind)]
        assert len(told) == 1
        assert listener.watch.asked == asked
        at = listener.count()
        for member in trio.members[1:]:
            member.start()
        _, news = listener.until(lambda n: isinstance(n, Resync), after=at)
        assert isinstance(news, Resync)
        assert news.leaders["shop"] is not None
        assert "pg0" not in listener.changes()


def test_an_etcd_that_went_back_in_time_is_believed_anew(
    etcd_program: Path, tmp_path: Path, scope: ScopeRef
) -> None:
    """A restored etcd counts from an older revision: the watch says so instead of waiting for ever."""
    with cluster(etcd_program, tmp_path) as running:
        gateway = Gateway(running.endpoints)
        pen = EtcdPen(gateway, lambda: gateway)
        for number in range(5):
            pen.elect(scope, f"pg{number}")
        with Listener(gateway, [scope], every=0.3) as listener:
            at = listener.count()
            running.members[0].stop()
            running.members[0].forget()
            running.members[0].start()
            _, news = listener.until(
                lambda n: isinstance(n, Resync) and "went back" in n.reason, after=at
            )
            assert isinstance(news, Resync)
            assert news.leaders == {"shop": None}
            pen.elect(scope, "pg9")
            listener.led_by("pg9")


def _on(listener: Listener, endpoint: str) -> bool:
    stream = listener.watch._stream
    return stream is not None and stream.begun and stream.endpoint == endpoint


def _runs_elsewhere(listener: Listener, endpoint: str) -> bool:
    stream = listener.watch._stream
    return stream is not None and stream.begun and stream.endpoint != endpoint


def _cut_off(proxy: Proxy, listener: Listener) -> None:
    """The stream ends, and whatever connects now hears nothing."""
    old = listener.watch._stream
    proxy.stall()
    proxy.drop()
    until(lambda: listener.watch._stream is not old)


def _compact(etcd: Cluster, gateway: Gateway) -> None:
    revision = gateway.put(b"/anything", b"", timeout=SECONDS)
    body = {"revision": str(revision), "physical": True}
    answer = requests.post(f"{etcd.endpoints[0]}/v3/kv/compaction", json=body, timeout=SECONDS)
    answer.raise_for_status()


def _until_written(pen: EtcdPen, scope: ScopeRef, member: str) -> None:
    """Where the lost member led etcd, writing has to wait for the next one."""

    def written() -> bool:
        try:
            pen.elect(scope, member)
        except Exception:  # noqa: BLE001 - tried again until the deadline
            return False
        return True

    until(written)
