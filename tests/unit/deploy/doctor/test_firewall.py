"""Whether a Cloud Firewall lets a NodeBalancer's range through to one port."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.doctor.firewall import NODEBALANCERS, keeps_out
from jobs.balancer.found import FoundFirewall, Rule
from tests.unit.deploy.doctor.values import accept, drop, wall

NO_RULE = "no rule accepts it, and its policy is DROP"


@pytest.mark.parametrize(
    ("rules", "policy", "said"),
    [
        ((), "ACCEPT", ""),
        ((), "DROP", NO_RULE),
        ((accept("5432"),), "DROP", ""),
        ((accept("22, 5432, 8008"),), "DROP", ""),
        ((accept("22,5400-5500"),), "DROP", ""),
        ((accept("5433 - 5440"),), "DROP", NO_RULE),
        ((accept("22"),), "DROP", NO_RULE),
        ((accept(None),), "DROP", ""),
        ((accept(""),), "DROP", ""),
        ((accept("5432", "192.168.0.0/16"),), "DROP", ""),
        ((accept("5432", "0.0.0.0/0", "::/0"),), "DROP", ""),
        ((accept("5432", "::/0"),), "DROP", NO_RULE),
        ((accept("5432", "10.0.0.0/8"),), "DROP", NO_RULE),
        ((accept("5432", "192.168.255.7"),), "DROP", "no rule accepts all of 192.168.255.0/24, and its policy is DROP"),
        ((accept("5432", "192.168.255.0/25"), accept("5432", "192.168.255.128/25")), "DROP", ""),
        ((accept("5432", "192.168.255.0/25"),), "ACCEPT", ""),
        ((accept("5432", protocol="UDP"),), "DROP", NO_RULE),
        ((accept(None, protocol="ALL"),), "DROP", ""),
        ((accept(None, protocol="ICMP"),), "DROP", NO_RULE),
        ((drop(), accept()), "DROP", "its rule DROP TCP 5432 from 0.0.0.0/0 comes first"),
        ((accept(), drop()), "DROP", ""),
        ((drop("22"), accept()), "DROP", ""),
        ((drop("5432", "192.168.255.128/25"),), "ACCEPT", "its rule DROP TCP 5432 from 192.168.255.128/25 comes first"),
        ((accept("5432", "192.168.255.128/25"), drop("5432", "192.168.255.128/25")), "ACCEPT", ""),
        ((drop(None),), "ACCEPT", "its rule DROP TCP from 0.0.0.0/0 comes first"),
        ((accept("5432", "pl::customers"), accept("5432", "no address")), "DROP", NO_RULE),
    ],
)  # fmt: skip
def test_the_first_rule_that_matches_decides(
    rules: tuple[Rule, ...], policy: str, said: str
) -> None:
    """Lists, ranges, protocols, networks around and inside the range, and the policy for the rest."""
    assert keeps_out(wall(*rules, policy=policy), NODEBALANCERS, 5432) == said


def test_a_disabled_firewall_keeps_nobody_out() -> None:
    """Its rules stand there and do nothing."""
    assert not keeps_out(wall(drop(), enabled=False), NODEBALANCERS, 5432)


def networks() -> st.SearchStrategy[str]:
    """Networks in and around 192.168.255.0/24."""
    inside = st.tuples(st.integers(0, 255), st.integers(22, 32))
    return inside.map(lambda n: str(IPv4Network((f"192.168.255.{n[0]}", n[1]), strict=False)))


def rules() -> st.SearchStrategy[Rule]:
    return st.builds(
        lambda action, ports, network: Rule(
            action=action, protocol="TCP", ports=ports, addresses=(network,)
        ),
        st.sampled_from(["ACCEPT", "DROP"]),
        st.sampled_from([None, "5432", "22"]),
        networks(),
    )


def admits(firewall: FoundFirewall, address: IPv4Address) -> bool:
    """One address at a time, as a firewall does it."""
    for rule in firewall.inbound:
        if rule.ports in {None, "5432"} and address in IPv4Network(rule.addresses[0]):
            return rule.action == "ACCEPT"
    return firewall.policy == "ACCEPT"


@given(st.lists(rules(), max_size=5), st.sampled_from(["ACCEPT", "DROP"]))
def test_a_range_gets_through_when_each_address_does(several: list[Rule], policy: str) -> None:
    """The judgement over networks is that over their 256 addresses."""
    firewall = wall(*several, policy=policy)
    every = all(admits(firewall, address) for address in NODEBALANCERS)
    assert (keeps_out(firewall, NODEBALANCERS, 5432) == "") is every
