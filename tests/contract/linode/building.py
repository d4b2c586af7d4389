"""A NodeBalancer that the adapter built on the double: without it, each of its tests would build one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobs.balancer.change import Change, CreateBalancer, CreateConfig
from jobs.balancer.wanted import WantedBalancer
from tests.contract.linode.double import Double
from tests.contract.linode.questions import BALANCER, NODE
from workers.linode import Api, LinodeBalancers

PG1 = NODE
WANT = replace(BALANCER, tags=("pgbaton", "shop"))


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
