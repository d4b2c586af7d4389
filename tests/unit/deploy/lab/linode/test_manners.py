"""When modes take effect, when limits let go, and what a configuration becomes in HAProxy's words."""

from dataclasses import dataclass
from typing import Any

import pytest

from deploy.lab.linode.account.balancers import Balancers
from deploy.lab.linode.account.modes import Modes
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.limits import Limits, Meter
from deploy.lab.linode.rest.refusal import Refused
from deploy.lab.linode.traffic.layout import Manner, layout


@dataclass
class Hand:
    """A clock that is set by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_mode_takes_effect_after_the_delay_and_not_before() -> None:
    """What held before holds on; of two changes the last one counts."""
    clock = Hand()
    modes = Modes(delay=10, monotonic=clock)
    modes.change(1, old="accept")
    clock.now += 4
    assert (modes.effective(1, "reject"), modes.next_due()) == ("accept", 6)
    modes.change(1, old="reject")
    clock.now += 9
    assert modes.effective(1, "drain") == "accept"
    clock.now += 1
    assert (modes.effective(1, "drain"), modes.next_due()) == ("drain", None)


def test_a_limit_lets_go_after_its_minute() -> None:
    """Every token and kind has a window of its own, which begins with its first request."""
    clock = Hand()
    meter = Meter(limits=Limits(collection=1), clock=clock)
    assert meter.count("a", "collection")["X-RateLimit-Reset"] == "1060"
    meter.count("b", "collection")
    meter.count("a", "other")
    clock.now += 59
    with pytest.raises(Refused) as refused:
        meter.count("a", "collection")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    clock.now += 1
    assert meter.count("a", "collection")["X-RateLimit-Remaining"] == "0"


def _text(manner: Manner | None = None, balancer: dict[str, Any] | None = None, **port: Any) -> str:
    world = World(addresses=["192.0.2.9"])
    node = {"label": "pg1", "address": "10.0.0.1:5432", "weight": 7, **port.pop("node", {})}
    config = {"port": 5432, "protocol": "tcp", "nodes": [node], **port}
    Balancers(world).create({"region": "a", "configs": [config], **(balancer or {})})
    found = layout(world, next(iter(world.balancers)), manner or Manner())
    return "" if found is None else found.text


def test_a_port_becomes_a_section() -> None:
    """Interval, timeout, attempts and path are the configuration's; the check has no port of its own."""
    text = _text(
        check="http", check_path="/primary", check_interval=5, check_timeout=2, check_passive=False
    )
    assert "bind 192.0.2.9:5432\n" in text
    assert "option httpchk GET /primary\n" in text
    assert "timeout check 2s\n" in text
    assert "server n54001 10.0.0.1:5432 weight 7 check inter 5s fall 3 rise 2\n" in text
    assert " port " not in text


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ({"node": {"mode": "reject"}}, "weight 7 disabled"),
        ({"node": {"mode": "drain"}}, "weight 0"),
        ({"node": {"mode": "backup"}}, "weight 7 backup"),
        ({"algorithm": "leastconn"}, "balance leastconn"),
        ({"proxy_protocol": "v2"}, "weight 7 send-proxy-v2"),
        ({"check": "connection"}, "observe layer4 error-limit 1 on-error mark-down"),
        (
            {"check": "http_body", "check_path": "/", "check_body": "it's\nfine"},
            r"http-check expect rstring 'it'\''s.fine'",
        ),
    ],
)
def test_a_setting_becomes_words(port: dict[str, Any], words: str) -> None:
    """Each of Linode's settings has its counterpart."""
    assert f"{words}\n" in _text(**port)


def test_what_linode_leaves_open_is_settable() -> None:
    """How many passed checks make a node UP, and where checks come from."""
    text = _text(Manner(rise=5, source="192.168.255.3"), check="connection", check_passive=False)
    assert "rise 5 source 192.168.255.3\n" in text


def test_a_throttle_counts_connections_of_one_client() -> None:
    """client_conn_throttle is connections a second and client."""
    assert "sc0_conn_rate gt 3" in _text(balancer={"client_conn_throttle": 3})


def test_a_balancer_without_a_tcp_port_has_no_traffic() -> None:
    """The lab's data plane is TCP's."""
    assert not _text(protocol="http")
