"""Several endpoints, some of them dead, and etcd without quorum."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import requests

from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract import ports
from tests.contract.etcd.pens import EtcdPen
from tests.contract.etcd.proxy import Proxy
from tests.contract.etcd.server import Cluster
from tests.contract.probes.patroni_server import serving
from workers.etcd import EtcdDcs, Gateway

T = TypeVar("T")


@pytest.fixture
def pen(trio: Cluster) -> EtcdPen:
    return EtcdPen(Gateway(trio.endpoints), lambda: Gateway(trio.endpoints))


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
    several = Gateway([dead, *etcd.endpoints])
    dcs = EtcdDcs(several)
    assert _seconds(lambda: dcs.leader(scope, timeout=2)) < 0.5
    assert several.transport.order()[0] == etcd.endpoints[0]


def test_a_silent_endpoint_does_not_eat_the_deadline(
    etcd: Cluster, stalled: str, scope: ScopeRef
) -> None:
    """An endpoint that swallows everything is overtaken after 150 ms, and goes last afterwards."""
    several = Gateway([stalled, *etcd.endpoints])
    dcs = EtcdDcs(several)
    assert 0.1 < _seconds(lambda: dcs.leader(scope, timeout=2)) < 1
    # Asked first again, it would cost every one of them 150 ms.
    assert min(_seconds(lambda: dcs.leader(scope, timeout=2)) for _ in range(5)) < 0.1


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
        dcs = EtcdDcs(Gateway([proxy.endpoint]))
        dcs.leader(scope, timeout=2)
        proxy.stall_present()
        assert 0.1 < _seconds(lambda: dcs.leader(scope, timeout=2)) < 1


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b"{}", b'{"header": 5}', b'{"header": {"revision": "x"}}', b"[" * 100_000],
)
def test_what_is_not_etcd_is_not_believed(scope: ScopeRef, body: bytes) -> None:
    """Another service behind the endpoint's address is told from an etcd without keys."""
    length = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(length + body)

    with serving(answer) as origin:
        dcs = EtcdDcs(Gateway([origin]))
        with pytest.raises(DcsUnavailable, match="etcd does not answer"):
            dcs.leader(scope, timeout=2)
        with pytest.raises(DcsUnavailable, match="etcd does not answer"):
            dcs.look([scope], timeout=2)


def test_a_frozen_member_is_overtaken(trio: Cluster, pen: EtcdPen, scope: ScopeRef) -> None:
    """A member that hangs (its kernel still answers) delays by one hedge, not by the timeout."""
    pen.elect(scope, "pg0")
    gateway = Gateway(trio.endpoints)
    dcs = EtcdDcs(gateway)
    dcs.leader(scope, timeout=2)
    trio.members[0].freeze()
    # Where the frozen one led etcd, the others elect a new leader first.
    leader = _until_answered(lambda: dcs.leader(scope, timeout=2), seconds=15)
    assert leader is not None
    assert _seconds(lambda: dcs.leader(scope, timeout=2)) < 1


def test_without_quorum_etcd_cannot_be_asked(trio: Cluster, pen: EtcdPen, scope: ScopeRef) -> None:
    """One member of three never tells who leads; the error says that a majority must come back."""
    pen.elect(scope, "pg0")
    for member in trio.members[1:]:
        member.stop()
    dcs = EtcdDcs(Gateway(trio.endpoints))
    _until_refused(lambda: dcs.leader(scope, timeout=1))
    begun = time.monotonic()
    with pytest.raises(DcsUnavailable, match="no leader") as refused:
        dcs.look([scope], timeout=1)
    assert time.monotonic() - begun < 2
    assert "majority" in refused.value.remedy


def test_when_the_quorum_returns_so_do_the_answers(
    trio: Cluster, pen: EtcdPen, scope: ScopeRef
) -> None:
    """The same object goes on working after an outage."""
    pen.elect(scope, "pg0")
    before = pen.dcs.leader(scope, timeout=2)
    for member in trio.members[1:]:
        member.stop()
    _until_refused(lambda: pen.dcs.leader(scope, timeout=0.5))
    for member in trio.members[1:]:
        member.start()
    assert _until_answered(lambda: pen.dcs.leader(scope, timeout=1), seconds=15) == before


def test_reads_go_on_while_members_come_and_go(
    trio: Cluster, pen: EtcdPen, scope: ScopeRef
) -> None:
    """A follower that dies under many threads' questions costs none of them an answer."""
    pen.elect(scope, "pg0")
    leader, failures = pen.dcs.leader(scope, timeout=2), []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                if pen.dcs.leader(scope, timeout=3) != leader:
                    failures.append("another leader")
            except DcsUnavailable as unavailable:
                failures.append(unavailable.reason)
            ended.wait(0.01)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    follower = next(m for m in trio.members if not _leads(m.client))
    follower.stop()
    time.sleep(1)
    ended.set()
    for thread in threads:
        thread.join(5)
    assert failures == []


def test_a_write_that_may_have_happened_is_not_repeated(
    etcd: Cluster, stalled: str, scope: ScopeRef
) -> None:
    """A put whose answer is lost ends in an error, and never goes to a second endpoint."""
    several = Gateway([stalled, *etcd.endpoints])
    with pytest.raises(DcsUnavailable):
        several.put(f"{scope.path}leader".encode(), b"pg0", timeout=0.5)
    assert EtcdDcs(Gateway(etcd.endpoints)).leader(scope, timeout=2) is None


def test_a_write_goes_on_where_nobody_listened(etcd: Cluster, scope: ScopeRef) -> None:
    """A put that never left us is tried elsewhere."""
    several = Gateway([f"http://127.0.0.1:{ports.free()[0]}", *etcd.endpoints])
    several.put(f"{scope.path}leader".encode(), b"pg0", timeout=2)
    leader = EtcdDcs(several).leader(scope, timeout=2)
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
        pen.dcs.look([citus], timeout=2)
    assert "plain clusters" in refused.value.remedy
    assert set(pen.dcs.look([citus, plain], timeout=2)) == {"plain"}


def _leads(endpoint: str) -> bool:
    status = requests.post(f"{endpoint}/v3/maintenance/status", json={}, timeout=2).json()
    return bool(status["leader"] == status["header"]["member_id"])


def _until_answered(ask: Callable[[], T], *, seconds: float) -> T:
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except DcsUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _until_refused(ask: Callable[[], object], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            ask()
        except DcsUnavailable:
            return
        time.sleep(0.05)
    pytest.fail(f"etcd still answered after {seconds} s")
