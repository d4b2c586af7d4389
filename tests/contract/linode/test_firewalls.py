"""Which Cloud Firewalls stand before a machine, wherever Linode keeps them."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.lab.linode.account.seed import sow
from jobs.balancer.found import FoundFirewall, Rule
from tests.contract.linode.api_server import page, serving, status
from tests.contract.linode.double import Double
from tests.contract.linode.questions import TOKEN, refused
from workers.linode import Api, LinodeBalancers

RULE = {
    "action": "ACCEPT",
    "protocol": "TCP",
    "ports": "5432",
    "addresses": {"ipv4": ["10.0.0.0/8"]},
}
FOUND = Rule(action="ACCEPT", protocol="TCP", ports="5432", addresses=("10.0.0.0/8",))
MACHINE = {"id": 1, "label": "pg1", "interface_generation": "legacy_config"}


def _wall(*inbound: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = {"inbound": list(inbound), "inbound_policy": "DROP"}
    return {"id": 5, "label": "wall", "status": "enabled", "rules": rules, **more}


def _before(api: Api, machine: str = "pg1") -> tuple[FoundFirewall, ...] | None:
    return LinodeBalancers(api).firewalls(machine, timeout=5)


@pytest.mark.parametrize("generation", ["legacy_config", "linode"])
def test_both_generations_of_interfaces_are_looked_at(double: Double, generation: str) -> None:
    """Newer machines have their firewalls on their interfaces, older ones on themselves."""
    rules = {"inbound": [RULE], "inbound_policy": "DROP"}
    machine = {"label": "pg1", "ipv4": ["192.168.1.11"], "firewall": "wall"}
    sow(
        double.world,
        {
            "firewalls": [{"label": "wall", "rules": rules}],
            "machines": [{**machine, "interface_generation": generation}],
        },
    )
    told = _before(Api(double.url, token=double.token))
    assert told == (FoundFirewall(label="wall", policy="DROP", inbound=(FOUND,)),)


def test_a_firewall_on_two_interfaces_is_one() -> None:
    """It is told once, and its rules are not counted twice."""
    machine = {**MACHINE, "interface_generation": "linode"}
    interfaces = status(200, {"interfaces": [{"id": 21}, {"id": 22}]})
    with serving(page(machine), interfaces, page(_wall(RULE)), page(_wall(RULE))) as served:
        told = _before(Api(served.url, token=TOKEN))
        assert told is not None
        assert [wall.label for wall in told] == ["wall"]
        assert served.asked[-1].startswith("GET /linode/instances/1/interfaces/22/firewalls")


def test_one_that_is_switched_off_says_so() -> None:
    """A disabled firewall lets everything through."""
    with serving(page(MACHINE), page(_wall(RULE, status="disabled"))) as served:
        told = _before(Api(served.url, token=TOKEN))
        assert told is not None
        assert not told[0].enabled


@pytest.mark.parametrize(
    "indirect",
    [
        {"ruleset": 17},
        {**RULE, "addresses": {"ipv4": ["pl:system:nodebalancers"], "ipv6": []}},
    ],
    ids=["rule-set", "prefix-list"],
)
def test_rules_that_stand_elsewhere_are_written_out(indirect: dict[str, Any]) -> None:
    """A rule set and a prefix list count by what they hold."""
    expanded = status(200, {"inbound": [RULE], "inbound_policy": "ACCEPT"})
    with serving(page(MACHINE), page(_wall(indirect)), expanded) as served:
        told = _before(Api(served.url, token=TOKEN))
        assert told == (FoundFirewall(label="wall", policy="ACCEPT", inbound=(FOUND,)),)
        assert served.asked[-1] == "GET /networking/firewalls/5/rules/expansion"


def test_a_rule_without_ports_or_addresses_is_a_rule() -> None:
    """ICMP has no ports; null and nothing are the same."""
    bare = {"action": "DROP", "protocol": "ICMP", "ports": "", "addresses": None}
    with serving(page(MACHINE), page(_wall(bare))) as served:
        told = _before(Api(served.url, token=TOKEN))
        assert told is not None
        assert told[0].inbound == (Rule(action="DROP", protocol="ICMP", ports=None, addresses=()),)


def test_two_machines_of_one_name_are_nobodys() -> None:
    """Which firewall counts cannot be known then."""
    with serving(page(MACHINE, {**MACHINE, "id": 2})) as served:
        told = refused(Api(served.url, token=TOKEN), "firewalls")
        assert told.reason == "the label pg1 matches 2 of Linode's Linodes, 1 and 2"


def test_a_machine_is_known_by_its_whole_name(make_double: Callable[..., Double]) -> None:
    """pg1 is not pg11."""
    double = make_double()
    double.machine("pg11", "192.168.1.11")
    assert _before(Api(double.url, token=double.token)) is None
