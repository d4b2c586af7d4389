"""Everything that is ever asked of Linode's API, one function each: without it, a question would go untested."""

import secrets
import time
from collections.abc import Callable

import pytest

from jobs.balancer.change import (
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.found import FoundConfig
from jobs.balancer.wanted import WantedBalancer, WantedNode, settings_of
from jobs.inventory import Address, DnsRecord, NodeBalancer
from jobs.ports import LinodeUnavailable
from jobs.zone import CreateRecord, SetRecord
from workers.linode import Api, LinodeBalancers, LinodeEventFeed, LinodeRecords

TOKEN = secrets.token_hex(32)
TABLE = NodeBalancer(cluster="shop", label="shop-front")
DOMAIN = DnsRecord(cluster="shop", domain="example.org", name="db")
NODE = WantedNode(member="pg1", label="pg1-shop", address=Address(host="192.168.1.11"))
CREATE = CreateNode(balancer=1, config=2, node=NODE, mode="accept")
BALANCER = WantedBalancer(
    id="front",
    cluster="shop",
    label="shop-front",
    region="us-ord",
    type="common",
    port=5432,
    settings=settings_of(TABLE),
    nodes=(NODE,),
)
FRONT = CreateBalancer(wanted=BALANCER)
PORT = CreateConfig(balancer=1, port=5432, settings=BALANCER.settings)
MOVE = MoveNode(balancer=1, config=2, id=3, node=NODE)
MODE = SetMode(balancer=1, config=2, id=3, label="pg1-shop", mode="accept")
CHECK = SetConfig(balancer=1, config=2, settings={"check_interval": 5})
RECORD = CreateRecord(domain=1, type="A", name="db", target="10.0.0.1", ttl=30)
ADDRESS = SetRecord(domain=1, id=2, name="db", target="10.0.0.1", ttl=30)
CONFIG = FoundConfig(id=2, port=5432)

Question = Callable[[Api, float], object]
QUESTIONS: dict[str, Question] = {
    "balancer": lambda api, t: LinodeBalancers(api).read(TABLE, timeout=t),
    "nodes": lambda api, t: LinodeBalancers(api).nodes(1, CONFIG, timeout=t),
    "create a balancer": lambda api, t: LinodeBalancers(api).apply(FRONT, timeout=t),
    "create a configuration": lambda api, t: LinodeBalancers(api).apply(PORT, timeout=t),
    "create a node": lambda api, t: LinodeBalancers(api).apply(CREATE, timeout=t),
    "move a node": lambda api, t: LinodeBalancers(api).apply(MOVE, timeout=t),
    "set a mode": lambda api, t: LinodeBalancers(api).apply(MODE, timeout=t),
    "set a check": lambda api, t: LinodeBalancers(api).apply(CHECK, timeout=t),
    "firewalls": lambda api, t: LinodeBalancers(api).firewalls("pg1", timeout=t),
    "zone": lambda api, t: LinodeRecords(api).read(DOMAIN, names=["db"], timeout=t),
    "create a record": lambda api, t: LinodeRecords(api).apply(RECORD, timeout=t),
    "set a record": lambda api, t: LinodeRecords(api).apply(ADDRESS, timeout=t),
    "events": lambda api, t: LinodeEventFeed(api).since("2026-01-01T00:00:00", timeout=t),
}


def refused(api: Api, question: str = "balancer", *, timeout: float = 5) -> LinodeUnavailable:
    """What is raised: in time, with a remedy, and without a word of the token."""
    started = time.monotonic()
    with pytest.raises(LinodeUnavailable) as caught:
        QUESTIONS[question](api, timeout)
    assert time.monotonic() - started < timeout + 10
    assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert caught.value.remedy
    return caught.value
