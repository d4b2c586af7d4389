"""The double answers as Linode does: to Linode's own client, and within the published document."""

import dataclasses
import json
from typing import Any

import pytest
from linode_api4.objects import Event, Instance, NodeBalancerNode
from openapi_core import OpenAPI

from tests.contract.linode import openapi
from tests.contract.linode.double import Double


def test_a_balancer_is_built_step_by_step_and_taken_down(double: Double) -> None:
    """The client library creates, reads, changes and deletes a balancer, its port and its node."""
    balancer = double.client().nodebalancer_create("us-ord", label="pg-shop", tags=["pgbaton"])
    config = balancer.config_create(
        port=5432, protocol="tcp", check="http", check_path="/primary", check_timeout=2
    )
    node = config.node_create("pg1", "192.168.1.11:5432", mode="accept")
    assert node.status == "Unknown"
    double.fare("pg1", "UP")
    node.mode = "reject"
    node.save()
    assert [(n.label, n.mode, n.status) for n in config.nodes] == [("pg1", "reject", "UP")]
    config.delete()
    balancer.delete()
    assert not list(double.world.nodes)


def test_a_change_of_mode_is_told_at_once_and_leaves_an_event(double: Double) -> None:
    """The API answers the new mode, the account has an event, the node fares on until the delay."""
    client = double.client()
    balancer = client.nodebalancer_create("us-ord", label="pg-shop")
    node = balancer.config_create(port=5432, protocol="tcp").node_create("pg1", "10.0.0.1:5432")
    double.fare("pg1", "UP")
    client.put(NodeBalancerNode.api_endpoint.format(**node._raw_json), data={"mode": "reject"})
    found = client.load(NodeBalancerNode, node.id, (node.config_id, balancer.id))
    assert (found.mode, found.status) == ("reject", "UP")
    filtered = client.account.events(Event.action == "nodebalancer_node_update")
    assert [event.entity.label for event in filtered] == ["pg-shop"]
    double.world.modes.delay = 0
    client.put(NodeBalancerNode.api_endpoint.format(**node._raw_json), data={"mode": "drain"})
    client.put(NodeBalancerNode.api_endpoint.format(**node._raw_json), data={"mode": "reject"})
    assert double.ask("GET", f"/nodebalancers/{balancer.id}/configs").json()["data"][0][
        "nodes_status"
    ] == {"up": 0, "down": 1}


def test_machines_are_found_by_label_with_their_firewalls(double: Double) -> None:
    """The client library finds a Linode, its firewalls and the balancers that it serves."""
    machine = double.machine("pg1", "192.168.1.11")
    double.machine("pg2", "192.168.1.12")
    client = double.client()
    rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT", "inbound": [], "outbound": []}
    wall = client.networking.firewall_create("pg-fw", rules)
    wall.device_create(machine["id"], type="linode")
    balancer = client.nodebalancer_create("us-ord", label="pg-shop")
    balancer.config_create(port=5432, protocol="tcp").node_create("pg1", "192.168.1.11:5432")
    found = client.linode.instances(Instance.label == "pg1").only()
    assert found.interface_generation == "legacy_config"
    assert [(one.label, one.rules.inbound_policy) for one in found.firewalls()] == [
        ("pg-fw", "DROP")
    ]
    assert [one.id for one in found.nodebalancers()] == [balancer.id]
    found.delete()
    assert (
        double.ask("GET", f"/nodebalancers/{balancer.id}/configs/4001/nodes").json()["data"] == []
    )


def test_a_record_follows_as_linodes_do(double: Double) -> None:
    """The client library makes a domain and a record, whose lifetime is rounded up."""
    client = double.client()
    zone = client.domain_create("shop.example", soa_email="dns@shop.example")
    record = zone.record_create("A", name="db", target="10.0.0.1", ttl_sec=31)
    assert record.ttl_sec == 120
    record.target, record.ttl_sec = "10.0.0.2", 30
    record.save()
    assert [(r.name, r.target, r.ttl_sec) for r in zone.records] == [("db", "10.0.0.2", 30)]
    zone.record_create("AAAA", name="db", target="2001:db8::1")
    zone.delete()
    assert list(client.domains()) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "A", "name": "db", "target": "pg1.example"}, "target"),
        ({"type": "A", "name": "db", "target": "2001:db8::1"}, "target"),
        ({"type": "AAAA", "name": "db", "target": "10.0.0.1"}, "target"),
        ({"type": "CNAME", "name": "taken", "target": "other.example"}, "name"),
        ({"name": "db", "target": "10.0.0.1"}, "type"),
        ({"type": "A", "name": "db", "target": "10.0.0.1", "ttl": 30}, "ttl"),
        ({"type": "A", "name": "d b", "target": "10.0.0.1"}, "name"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    double: Double, body: dict[str, Any], field: str
) -> None:
    """An address of the other family, an alias beside an address, a member that is none."""
    zone = {"domain": "shop.example", "type": "master", "soa_email": "dns@shop.example"}
    assert double.ask("POST", "/domains", zone).ok
    taken = {"type": "A", "name": "taken", "target": "10.0.0.9"}
    assert double.ask("POST", "/domains/1001/records", taken).ok
    answer = double.ask("POST", "/domains/1001/records", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    again = double.ask("POST", "/domains", zone)
    assert again.json()["errors"][0]["field"] == "domain"


def test_the_document_objects_to_what_it_does_not_know(double: Double, document: OpenAPI) -> None:
    """A request with an unknown member and an answer of another shape are both told."""
    double.client().nodebalancer_create("us-ord", label="pg-shop")
    made = double.exchanges[0]
    asked = json.dumps({"region": "us-ord", "check_port": 8008}).encode()
    odd_request = dataclasses.replace(made, body=asked)
    odd_answer = dataclasses.replace(made, answer=b'{"id": "one"}')
    assert openapi.objections(document, made) == []
    assert "check_port" in openapi.objections(document, odd_request)[0]
    assert "id: 'one' is not of type" in openapi.objections(document, odd_answer)[0]
