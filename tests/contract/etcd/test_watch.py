"""The watch in calm weather: everything once, in order, at once."""

import statistics
import time

import pytest

from jobs.ports import ScopeRef
from tests.contract.etcd.listener import Listener
from tests.contract.etcd.pens import SECONDS, EtcdPen
from workers.etcd import Gateway, Resync

NEVER = 600.0  # seconds between two looks, in tests of the stream alone


@pytest.fixture
def pen(gateway: Gateway) -> EtcdPen:
    return EtcdPen(gateway, lambda: gateway)


def test_it_begins_with_who_leads_now(pen: EtcdPen, gateway: Gateway, scope: ScopeRef) -> None:
    """The first news is a whole picture; what was true before is no change."""
    pen.elect(scope, "pg0")
    with Listener(gateway, [scope]) as listener:
        _, news = listener.until(lambda n: isinstance(n, Resync))
        assert isinstance(news, Resync)
        assert news.leaders == {"shop": pen.dcs.leader(scope, timeout=SECONDS)}
        assert listener.changes() == []


def test_a_change_is_told_within_20_ms(pen: EtcdPen, gateway: Gateway, scope: ScopeRef) -> None:
    """From etcd's answer to the put until the news is out; the median of ten."""
    lags = []
    with Listener(gateway, [scope], every=NEVER) as listener:
        for number in range(10):
            pen.put(scope, "leader", b"x")
            pen.vacate(scope)
            begun = time.monotonic()
            pen.put(scope, "leader", f"pg{number}".encode())
            lags.append(listener.led_by(f"pg{number}") - begun)
    assert statistics.median(lags) < 0.02


def test_stream_and_look_together_tell_everything_once(
    pen: EtcdPen, gateway: Gateway, scope: ScopeRef
) -> None:
    """Two sources, one story: each leadership once, in the order of the epochs."""
    told: list[str | None] = []
    with Listener(gateway, [scope], every=0.03) as listener:
        for number in range(20):
            pen.put(scope, "leader", f"pg{number}".encode())
            told.append(f"pg{number}")
            listener.told(*told)
            pen.vacate(scope)
            told.append(None)
            listener.told(*told)  # a look past it would leave out what was over before it was told
        pen.elect(scope, "last")
        listener.told(*told, "last")
        time.sleep(0.2)
        listener.told(*told, "last")


def test_a_renewed_lease_is_no_news(pen: EtcdPen, gateway: Gateway, scope: ScopeRef) -> None:
    """The same epoch is the same leadership, whatever was rewritten."""
    pen.elect(scope, "pg0")
    with Listener(gateway, [scope], every=0.1) as listener:
        pen.renew(scope, "pg0")
        pen.elect(scope, "pg1")
        listener.led_by("pg1")
        assert "pg0" not in listener.changes()


def test_an_expired_lease_is_told_as_nobody_leads(
    pen: EtcdPen, gateway: Gateway, scope: ScopeRef
) -> None:
    """A crashed leader's key goes with its lease, and that is news."""
    with Listener(gateway, [scope], every=NEVER) as listener:
        lease = gateway.grant(seconds=2, timeout=SECONDS)
        pen.put(scope, "leader", b"pg0", lease=lease)
        listener.told("pg0", None)


def test_other_keys_of_the_scope_are_no_news(
    pen: EtcdPen, gateway: Gateway, scope: ScopeRef
) -> None:
    """Patroni rewrites status and members all the time; nobody is woken by that."""
    with Listener(gateway, [scope], every=0.1, timeout=SECONDS) as listener:
        for key in ("status", "members/pg0", "history", "leader2", "config"):
            pen.put(scope, key, b"{}")
        time.sleep(0.3)
        assert listener.count() == 1


def test_a_thousand_scopes_fit_on_one_stream(
    pen: EtcdPen, gateway: Gateway, namespace: str
) -> None:
    """The last of a thousand is told as fast as the first, and by the stream alone: from etcd's answer."""
    scopes = [ScopeRef(cluster=f"c{i}", namespace=namespace, scope=f"s{i}") for i in range(1000)]
    with Listener(gateway, scopes, every=NEVER) as listener:
        for number in (0, 500, 999):
            pen.put(scopes[number], "leader", f"pg{number}".encode())
            begun = time.monotonic()
            assert listener.led_by(f"pg{number}") - begun < 0.1


def test_it_stops_when_told_to(gateway: Gateway, scope: ScopeRef) -> None:
    """`stop` ends a silent iteration at once, from another thread."""
    with Listener(gateway, [scope], every=NEVER):
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
