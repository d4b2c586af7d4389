"""A NodeBalancer that the adapter built on the double: without it, each of its tests would build one."""

import json
from collections.abc import Mapping
from typing import Any

from jobs.balancer.change import Change, CreateBalancer, CreateConfig
from jobs.balancer.wanted import WantedBalancer, WantedNode, settings_of
from jobs.inventory import Address
from tests.contract.linode.double import Double
from tests.contract.linode.questions import TABLE
from workers.linode import Api, LinodeBalancers

PG1 = WantedNode(member="pg1", label="pg1-shop", address=Address(host="192.168.1.11"))
WANT = WantedBalancer(
    cluster="shop",
    id="front",
    label="shop-front",
    region="us-ord",
    type="common",
    port=5432,
    settings=settings_of(TABLE),
    nodes=(PG1,),
    tags=("pgbaton", "shop"),
)


def api_of(double: Double) -> Api:
    return Api(double.url, token=double.token)


def apply(double: Double, change: Change) -> None:
    LinodeBalancers(api_of(double)).apply(change, timeout=5)


def build(double: Double, want: WantedBalancer = WANT) -> tuple[int, int]:
    """A balancer with its configuration, and no nodes; the ids."""
    apply(double, CreateBalancer(wanted=want))
    (balancer,) = double.world.balancers
    create = CreateConfig(balancer=balancer["id"], port=want.port, settings=want.settings)
    apply(double, create)
    (config,) = double.world.configs
    return balancer["id"], config["id"]


def sent(double: Double, method: str) -> list[Mapping[str, Any]]:
    """The bodies of all requests of a kind that were carried out."""
    return [json.loads(one.body) for one in double.exchanges if one.method == method]
