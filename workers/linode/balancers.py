"""NodeBalancers at Linode, read and changed by label and address: the jobs' `Balancers`."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.balancer.change import Change
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.inventory import Address, NodeBalancer
from workers.linode.changes import BALANCERS, configs_path, labelled, make, nodes_path
from workers.linode.client import Api, Call
from workers.linode.found import balancer_of, config_of, firewall_of, is_indirect, node_of
from workers.linode.knock import knock
from workers.linode.rows import Row

INSTANCES = "/linode/instances"


class LinodeBalancers:
    """`jobs.ports.Balancers` over Linode's API; any thread may ask."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        return self._api.ask(lambda call: _read(call, balancer.label), timeout=timeout)

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        return self._api.ask(lambda call: tuple(_nodes(call, balancer, config.id)), timeout=timeout)

    def apply(self, change: Change, *, timeout: float) -> None:
        self._api.ask(lambda call: make(call, change), timeout=timeout)

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        return self._api.ask(lambda call: _firewalls(call, linode), timeout=timeout)

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        return knock(address, path, timeout=timeout)


def _read(call: Call, label: str) -> FoundBalancer | None:
    row = labelled(call, BALANCERS, label, what="NodeBalancer")
    return None if row is None else balancer_of(row, _configs(call, row.number("id")))


def _configs(call: Call, balancer: int) -> Iterator[FoundConfig]:
    for found in call.rows(configs_path(balancer)):
        row = Row("configuration", found)
        yield config_of(row, _nodes(call, balancer, row.number("id")))


def _nodes(call: Call, balancer: int, config: int) -> Iterator[FoundNode]:
    for found in call.rows(nodes_path(balancer, config)):
        yield node_of(Row("node", found))


def _firewalls(call: Call, label: str) -> tuple[FoundFirewall, ...] | None:
    machine = labelled(call, INSTANCES, label, what="Linode")
    if machine is None:
        return None
    rows = [Row("firewall", row) for path in _guarded(call, machine) for row in call.rows(path)]
    by_id = {row.number("id"): row for row in rows}
    return tuple(_firewall(call, row) for row in by_id.values())


def _guarded(call: Call, machine: Row) -> Iterator[str]:
    """Where a machine's firewalls are listed: at itself, or at each of its Linode interfaces."""
    path = f"{INSTANCES}/{machine.number('id')}"
    if machine.maybe("interface_generation") != "linode":
        yield f"{path}/firewalls"
        return
    for interface in Row("Linode", call.one(f"{path}/interfaces")).rows("interfaces"):
        yield f"{path}/interfaces/{interface.number('id')}/firewalls"


def _firewall(call: Call, row: Row) -> FoundFirewall:
    """A firewall with the rules that it comes to, rule sets and prefix lists written out."""
    rules = row.row("rules")
    if is_indirect(rules):
        path = f"/networking/firewalls/{row.number('id')}/rules/expansion"
        rules = Row("firewall", call.one(path))
    return firewall_of(row, rules)
