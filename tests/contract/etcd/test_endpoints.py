"""Several endpoints, some of them dead, and etcd without quorum."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import requests

from jobs.claims import LeaderKey
from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract import ports
from tests.contract.etcd.pens import EtcdPen
from tests.contract.etcd.proxy import Proxy
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.probes.patroni_server import serving
from tests.contract.slack.posted import posted
from tests.waiting import PATIENCE
from workers.etcd import EtcdDcs, Gateway

T = TypeVar("T")


@pytest.fixture
def pen(trio: Cluster) -> EtcdPen:
    return EtcdPen(Gateway(trio.endpoints), lambda: Gateway(trio.endpoints))


@pytest.fixture
def calm(etcd_program: Path, tmp_path: Path) -> Iterator[Cluster]:
    """Three members that elect nobody anew because one of them was kept waiting for a second."""
    options = ("--election-timeout", "5000")
    with cluster(etcd_program, tmp_path, size=3, options=options) as running:
        yield running


@pytest.fixture
def stalled(etcd: Cluster) -> Iterator[str]:
    """An endpoint that accepts connections and never says a word."""
    with Proxy(etcd.endpoints[0]) as proxy:
        proxy.stall()
        yield proxy.endpoint


def _seconds(ask: Callable[[], object]) -> float:
    begun = time.monotonic()
    ask()
    return time.monotonic() - begun


def test_a_dead_endpoint_costs_next_to_nothing(
    etcd: Cluster, gateway: Gateway, scope: ScopeRef
) -> None:
    """Where nobody listens on the first endpoint, the second is asked at once, then remembered."""
    EtcdPen(gateway, lambda: gateway).elect(scope, "pg0")
    dead = f"http://127.0.0.1:{ports.free()[0]}"
    fresh = [Gateway([dead, *etcd.endpoints]) for _ in range(3)]
    asks = [partial(EtcdDcs(one).leader, scope, timeout=PATIENCE) for one in fresh]
    assert min(map(_seconds, asks)) < 0.5
    assert [one.transport.order()[0] for one in fresh] == etcd.endpoints * 3


def test_a_silent_endpoint_does_not_eat_the_deadline(
    etcd: Cluster, stalled: str, scope: ScopeRef
) -> None:
    """An endpoint that swallows everything is overtaken after 150 ms, and goes last afterwards."""
    fresh = [EtcdDcs(Gateway([stalled, *etcd.endpoints])) for _ in range(3)]
    asks = [partial(one.leader, scope, timeout=PATIENCE) for one in fresh]
    assert 0.15 <= min(map(_seconds, asks)) < 1
    # Asked first again, it would cost every one of them 150 ms.
    assert min(map(_seconds, asks * 3)) < 0.15


def test_only_silence_ends_with_the_deadline(stalled: str, scope: ScopeRef) -> None:
    """Where no endpoint answers, the error comes when it was promised, and names each of them."""
    dcs = EtcdDcs(Gateway([stalled]))
    begun = time.monotonic()
    with pytest.raises(DcsUnavailable, match="no answer") as refused:
        dcs.leader(scope, timeout=0.5)
    assert time.monotonic() - begun < 1.5
    assert stalled in refused.value.reason
    assert "network" in refused.value.remedy


def test_a_connection_that_died_in_the_pool_costs_one_hedge(etcd: Cluster, scope: ScopeRef) -> None:
    """A warm connection whose peer vanished without a word: the question goes out on a fresh one."""
    with Proxy(etcd.endpoints[0]) as proxy:
        # Long enough that the first question is asked once: another connection would still be warm.
        dcs = EtcdDcs(Gateway([proxy.endpoint], hedge=2))
        dcs.leader(scope, timeout=PATIENCE)
        proxy.stall_present()
        assert 2 <= _seconds(lambda: dcs.leader(scope, timeout=PATIENCE)) < 4


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b"{}", b'{"header": 5}', b'{"header": {"revision": "x"}}', b"[" * 100_000],
)
def test_what_is_not_etcd_is_not_believed(scope: ScopeRef, body: bytes) -> None:
    """Another service behind the endpoint's address is told from an etcd without keys."""
    length = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def answer(connection: socket.socket) -> None:
        posted(connection)
        connection.sendall(length + body)

    with serving(answer) as origin:
        dcs = EtcdDcs(Gateway([origin]))
        with pytest.raises(DcsUnavailable, match="etcd does not answer"):
            dcs.leader(scope, timeout=PATIENCE)
        with pytest.raises(DcsUnavailable, match="etcd does not answer"):
            dcs.look([scope], timeout=PATIENCE)


def test_a_frozen_member_is_overtaken(trio: Cluster, pen: EtcdPen, scope: ScopeRef) -> None:
    """A member that hangs (its kernel still answers) delays by one hedge, not by the timeout."""
    _until_answered(lambda: pen.elect(scope, "pg0"))
    dcs = EtcdDcs(Gateway(trio.endpoints))

    def ask() -> LeaderKey | None:
        return _until_answered(lambda: dcs.leader(scope, timeout=2))

    ask()
    trio.members[0].freeze()
    # Where the frozen one led etcd, the others elect a new leader first.
    assert ask() is not None
    assert min(_seconds(ask) for _ in range(3)) < 1


def test_without_quorum_etcd_cannot_be_asked(trio: Cluster, pen: EtcdPen, scope: ScopeRef) -> None:
    """One member of three never tells who leads; the error says that a majority must come back."""
    _until_answered(lambda: pen.elect(scope, "pg0"))
    for member in trio.members[1:]:
        member.stop()
    dcs = EtcdDcs(Gateway(trio.endpoints))
    # A leader that lost the others takes a while to notice, and says nothing meanwhile.
    _until_refused(lambda: dcs.leader(scope, timeout=1), saying="no leader")
    begun = time.monotonic()
    with pytest.raises(DcsUnavailable, match="no leader") as refused:
        dcs.look([scope], timeout=1)
    assert time.monotonic() - begun < 2
    assert "majority" in refused.value.remedy


def test_when_the_quorum_returns_so_do_the_answers(
    trio: Cluster, pen: EtcdPen, scope: ScopeRef
) -> None:
    """The same object goes on working after an outage."""
    _until_answered(lambda: pen.elect(scope, "pg0"))
    before = _until_answered(lambda: pen.dcs.leader(scope, timeout=2))
    for member in trio.members[1:]:
        member.stop()
    _until_refused(lambda: pen.dcs.leader(scope, timeout=0.5))
    for member in trio.members[1:]:
        member.start()
    assert _until_answered(lambda: pen.dcs.leader(scope, timeout=2)) == before


def test_reads_go_on_while_members_come_and_go(calm: Cluster, scope: ScopeRef) -> None:
    """A follower that dies under many threads' questions costs none of them an answer."""
    pen = EtcdPen(Gateway(calm.endpoints), lambda: Gateway(calm.endpoints))
    pen.elect(scope, "pg0")
    leader, failures = pen.dcs.leader(scope, timeout=PATIENCE), []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                if pen.dcs.leader(scope, timeout=PATIENCE) != leader:
                    failures.append("another leader")
            except DcsUnavailable as unavailable:
                failures.append(unavailable.reason)
            ended.wait(0.01)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    follower = next(m for m in calm.members if not _leads(m.client))
    follower.stop()
    time.sleep(1)
    ended.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert failures == []


def test_a_write_that_may_have_happened_is_not_repeated(
    etcd: Cluster, stalled: str, scope: ScopeRef
) -> None:
    """A put whose answer is lost ends in an error, and never goes to a second endpoint."""
    several = Gateway([stalled, *etcd.endpoints])
    with pytest.raises(DcsUnavailable):
        several.put(f"{scope.path}leader".encode(), b"pg0", timeout=0.5)
    assert EtcdDcs(Gateway(etcd.endpoints)).leader(scope, timeout=PATIENCE) is None


def test_a_write_goes_on_where_nobody_listened(etcd: Cluster, scope: ScopeRef) -> None:
    """A put that never left us is tried elsewhere."""
    several = Gateway([f"http://127.0.0.1:{ports.free()[0]}", *etcd.endpoints])
    several.put(f"{scope.path}leader".encode(), b"pg0", timeout=PATIENCE)
    leader = EtcdDcs(several).leader(scope, timeout=PATIENCE)
    assert leader is not None
    assert leader.member == "pg0"


def test_citus_groups_are_refused_by_name(gateway: Gateway, namespace: str) -> None:
    """A scope with numbered groups is refused when asked for alone, and left out of a batch."""
    pen = EtcdPen(gateway, lambda: gateway)
    citus = ScopeRef(cluster="citus", namespace=namespace, scope="sharded")
    plain = ScopeRef(cluster="plain", namespace=namespace, scope="main")
    pen.put(citus, "0/leader", b"pg0")
    pen.put(citus, "1/leader", b"pg3")
    pen.elect(plain, "pg0")
    with pytest.raises(DcsUnavailable, match="Citus") as refused:
        pen.dcs.look([citus], timeout=PATIENCE)
    assert "plain clusters" in refused.value.remedy
    assert set(pen.dcs.look([citus, plain], timeout=PATIENCE)) == {"plain"}


def _leads(endpoint: str) -> bool:
    status = requests.post(f"{endpoint}/v3/maintenance/status", json={}, timeout=PATIENCE).json()
    return bool(status["leader"] == status["header"]["member_id"])


def _until_answered(ask: Callable[[], T]) -> T:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except DcsUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _until_refused(ask: Callable[[], object], *, saying: str = "") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            ask()
        except DcsUnavailable as refused:
            if saying in refused.reason:
                return
        time.sleep(0.05)
    pytest.fail(f"etcd still answered after {PATIENCE} s")
