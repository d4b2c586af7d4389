"""Every address of the double answers within Linode's published document, success and refusal."""

import re
from typing import Any

import pytest

from deploy.lab.linode.rest.api import all_routes
from tests.contract.linode.double import Double

RULES = {
    "inbound": [
        {
            "action": "ACCEPT",
            "protocol": "TCP",
            "ports": "22, 5432",
            "addresses": {"ipv4": ["192.168.255.0/24"]},
        }
    ],
    "inbound_policy": "DROP",
    "outbound_policy": "ACCEPT",
}
NODE = {"label": "pg1", "address": "192.168.1.11:5432", "mode": "accept", "weight": 100}
CONFIG = {
    "port": 5432,
    "protocol": "tcp",
    "check": "http",
    "check_path": "/primary",
    "check_interval": 5,
    "check_timeout": 2,
}
GROUP = {
    "label": "pg-aa",
    "region": "us-ord",
    "placement_group_type": "anti_affinity:local",
    "placement_group_policy": "strict",
}
LINODE = {
    "label": "pg-2",
    "region": "us-ord",
    "type": "g6-standard-2",
    "image": "linode/debian12",
    "authorized_keys": ["ssh-ed25519 AAAA"],
    "metadata": {"user_data": "I2Nsb3VkLWNvbmZpZwo="},
    "placement_group": {"id": 3001},
    "interface_generation": "legacy_config",
    "interfaces": [
        {
            "purpose": "vpc",
            "subnet_id": 6001,
            "primary": True,
            "ipv4": {"vpc": "10.0.0.21", "nat_1_1": "any"},
        }
    ],
    "tags": ["pgbaton"],
}
BORN = 123_002
BALANCER, PORT, MACHINE = "/nodebalancers/12001", "/nodebalancers/12001/configs/4001", 123_001
STORY: list[tuple[str, str, Any]] = [
    ("POST", "/networking/firewalls", {"label": "pg-fw", "rules": RULES}),
    ("GET", "/networking/firewalls", None),
    ("GET", "/networking/firewalls/501", None),
    ("PUT", "/networking/firewalls/501", {"status": "disabled"}),
    ("GET", "/networking/firewalls/501/rules", None),
    ("PUT", "/networking/firewalls/501/rules", RULES),
    ("POST", "/networking/firewalls/501/devices", {"type": "linode", "id": MACHINE}),
    ("GET", "/networking/firewalls/501/devices", None),
    ("GET", "/networking/firewalls/501/devices/801", None),
    ("GET", "/linode/instances", None),
    ("GET", f"/linode/instances/{MACHINE}", None),
    ("GET", f"/linode/instances/{MACHINE}/firewalls", None),
    ("GET", f"/linode/instances/{MACHINE}/interfaces", None),
    ("GET", f"/linode/instances/{MACHINE}/interfaces/2001", None),
    ("GET", f"/linode/instances/{MACHINE}/interfaces/2001/firewalls", None),
    ("POST", "/nodebalancers", {"region": "us-ord", "label": "pg-shop", "firewall_id": 501}),
    ("GET", "/nodebalancers", None),
    ("GET", BALANCER, None),
    ("PUT", BALANCER, {"client_conn_throttle": 5}),
    ("GET", f"{BALANCER}/firewalls", None),
    ("GET", f"{BALANCER}/stats", None),
    ("POST", f"{BALANCER}/configs", CONFIG),
    ("GET", f"{BALANCER}/configs", None),
    ("GET", PORT, None),
    ("PUT", PORT, {"check_interval": 10}),
    ("POST", f"{PORT}/nodes", NODE),
    ("GET", f"{PORT}/nodes", None),
    ("GET", f"{PORT}/nodes/54001", None),
    ("PUT", f"{PORT}/nodes/54001", {"mode": "reject"}),
    ("POST", f"{PORT}/rebuild", {**CONFIG, "nodes": [NODE]}),
    ("GET", f"/linode/instances/{MACHINE}/nodebalancers", None),
    ("DELETE", f"{PORT}/nodes/54002", None),
    ("DELETE", PORT, None),
    ("DELETE", BALANCER, None),
    ("POST", "/nodebalancers", {"region": "us-ord", "vpcs": [{"subnet_id": 7}]}),
    ("GET", "/nodebalancers/12002/vpcs", None),
    ("GET", "/nodebalancers/12002/vpcs/1401", None),
    ("DELETE", "/networking/firewalls/501/devices/801", None),
    ("DELETE", "/networking/firewalls/501", None),
    ("DELETE", f"/linode/instances/{MACHINE}", None),
    ("GET", "/regions", None),
    ("GET", "/regions/us-ord", None),
    ("GET", "/linode/types", None),
    ("GET", "/linode/types/g6-nanode-1", None),
    ("GET", "/nodebalancers/types", None),
    ("POST", "/placement/groups", GROUP),
    ("GET", "/placement/groups", None),
    ("GET", "/placement/groups/3001", None),
    ("PUT", "/placement/groups/3001", {"label": "pg-apart"}),
    ("POST", "/vpcs", {"label": "pg", "region": "us-ord", "description": "pg"}),
    ("GET", "/vpcs", None),
    ("GET", "/vpcs/5001", None),
    ("PUT", "/vpcs/5001", {"label": "pg-net"}),
    ("POST", "/vpcs/5001/subnets", {"label": "pg", "ipv4": "10.0.0.0/24"}),
    ("GET", "/vpcs/5001/subnets", None),
    ("GET", "/vpcs/5001/subnets/6001", None),
    ("PUT", "/vpcs/5001/subnets/6001", {"label": "pg-sub"}),
    ("POST", "/linode/instances", LINODE),
    ("GET", "/linode/instances", None),
    ("POST", "/nodebalancers", {"region": "us-ord", "vpcs": [{"subnet_id": 6001}]}),
    ("GET", "/vpcs/5001/ips", None),
    ("POST", "/placement/groups/3001/assign", {"linodes": [BORN]}),
    ("GET", "/placement/groups/3001", None),
    ("POST", "/placement/groups/3001/unassign", {"linodes": [BORN]}),
    ("GET", "/vpcs/5001", None),
    ("DELETE", f"/linode/instances/{BORN}", None),
    ("DELETE", "/nodebalancers/12003", None),
    ("DELETE", "/vpcs/5001/subnets/6001", None),
    ("DELETE", "/vpcs/5001", None),
    ("DELETE", "/placement/groups/3001", None),
    ("GET", "/account/events", None),
    ("GET", "/account/events/900001", None),
    ("POST", "/account/events/900001/seen", None),
    ("POST", "/domains", {"domain": "shop.example", "type": "master", "soa_email": "a@b.example"}),
    ("GET", "/domains", None),
    ("GET", "/domains/1001", None),
    ("PUT", "/domains/1001", {"ttl_sec": 30}),
    ("POST", "/domains/1001/records", {"type": "A", "name": "db", "target": "192.0.2.1"}),
    ("GET", "/domains/1001/records", None),
    ("GET", "/domains/1001/records/7001", None),
    ("PUT", "/domains/1001/records/7001", {"target": "192.0.2.2"}),
    ("DELETE", "/domains/1001/records/7001", None),
    ("DELETE", "/domains/1001", None),
]


@pytest.mark.usefixtures("document")
def test_every_address_answers_within_the_document(double: Double) -> None:
    """A whole story of an account, in which each address is asked once; it is held afterwards."""
    machine = double.machine("pg1", "192.168.1.11")
    double.interface(machine)
    for method, path, body in STORY:
        answer = double.ask(method, path, body)
        assert answer.status_code == 200, (method, path, answer.text)
    asked = {(one.method, one.path) for one in double.exchanges}
    assert [route for route in _addresses() if not any(route(*one) for one in asked)] == []


@pytest.mark.usefixtures("document")
def test_every_address_says_no_within_the_document(double: Double) -> None:
    """401 for a stranger at each address, and 404 where an id is of nothing."""
    for method, path, body in STORY:
        assert double.ask(method, path, body, token="unheard").status_code == 401
        if re.search(r"/\d", path):
            assert double.ask(method, path, body or {}).status_code == 404, (method, path)


class Address:
    """A route's method and path, to be matched."""

    def __init__(self, method: str, path: str) -> None:
        self._method, self._path = (
            method,
            re.sub("<[a-z]+>", "[a-z0-9-]+", re.sub("<int:[a-z]+>", "[0-9]+", path)),
        )

    def __call__(self, method: str, path: str) -> bool:
        return method == self._method and re.fullmatch(f"/v4{self._path}", path) is not None

    def __repr__(self) -> str:
        return f"{self._method} {self._path}"


def _addresses() -> list[Address]:
    double = Double()
    return [Address(route.method, route.path) for route in all_routes(double.world)]
