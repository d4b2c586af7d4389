"""The double answers as Linode does: to Linode's own client, and within the published document."""

import dataclasses
import json

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
