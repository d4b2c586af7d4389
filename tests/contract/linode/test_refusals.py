"""What Linode refuses, the double refuses, with the field at fault."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.contract.linode.double import Double

TCP = {"port": 5432, "protocol": "tcp"}
CHECKED = {**TCP, "check": "http", "check_path": "/", "check_interval": 5, "check_timeout": 2}
NODE = {"label": "pg1", "address": "192.168.1.11:5432"}
V6 = {"label": "pg6", "address": "[2001:db8::1]:5432"}
BALANCER, PORT = "/nodebalancers/12001", "/nodebalancers/12001/configs/4001"
LONG = "x" * 33


@pytest.fixture
def built(double: Double) -> Double:
    """A balancer with a checked port and one node."""
    config = {**CHECKED, "nodes": [NODE]}
    body = {"region": "us-ord", "label": "pg-shop", "configs": [config]}
    assert double.ask("POST", "/nodebalancers", body).ok
    return double


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/nodebalancers", {}, "region"),
        ("POST", "/nodebalancers", {"region": "us-ord", "label": "pg"}, "label"),
        ("POST", "/nodebalancers", {"region": "us-ord", "label": LONG}, "label"),
        ("POST", "/nodebalancers", {"region": "us-ord", "label": "pg shop"}, "label"),
        ("POST", "/nodebalancers", {"region": "us-ord", "label": "pg-shop"}, "label"),
        ("POST", "/nodebalancers", {"region": "us-ord", "client_conn_throttle": 21}, None),
        ("POST", "/nodebalancers", {"region": "us-ord", "firewall_ids": [1]}, "firewall_ids"),
        ("POST", "/nodebalancers", {"region": "us-ord", "configs": [TCP, TCP]}, "configs"),
        ("PUT", BALANCER, {"region": "us-east"}, "region"),
        ("PUT", BALANCER, {"type": "premium"}, "type"),
        ("POST", f"{BALANCER}/configs", CHECKED, "port"),
        ("POST", f"{BALANCER}/configs", {"port": 0}, "port"),
        ("POST", f"{BALANCER}/configs", {"port": True}, "port"),
        ("POST", f"{BALANCER}/configs", {"check_port": 8008}, "check_port"),
        ("POST", f"{BALANCER}/configs", {"check": "http", "check_timeout": 2}, "check_path"),
        ("POST", f"{BALANCER}/configs", {**CHECKED, "check_path": "/a_b"}, "check_path"),
        ("POST", f"{BALANCER}/configs", {**CHECKED, "check": "http_body"}, "check_body"),
        ("POST", f"{BALANCER}/configs", {**CHECKED, "check_timeout": 5}, "check_interval"),
        ("POST", f"{BALANCER}/configs", {"proxy_protocol": "v1"}, "proxy_protocol"),
        ("POST", f"{BALANCER}/configs", {"protocol": "udp"}, "check_passive"),
        ("PUT", PORT, {"check_timeout": 30}, "check_interval"),
        ("PUT", PORT, {"check": "ping"}, "check"),
        ("POST", f"{PORT}/nodes", {"label": "pg2"}, "address"),
        ("POST", f"{PORT}/nodes", {"address": "192.168.1.12:5432"}, "label"),
        ("POST", f"{PORT}/nodes", {"label": "pg2", "address": "pg2.example:5432"}, "address"),
        ("POST", f"{PORT}/nodes", {"label": "pg2", "address": "192.168.1.12"}, "address"),
        ("POST", f"{PORT}/nodes", {"label": "pg2", "address": "192.168.1.12:0"}, "address"),
        ("POST", f"{PORT}/nodes", {"label": "pg2", "address": "::1:5432"}, "address"),
        ("POST", f"{PORT}/nodes", V6, "address"),
        ("POST", f"{PORT}/nodes", {**NODE, "address": "10.0.0.3:1", "subnet_id": 7}, "subnet_id"),
        ("PUT", f"{PORT}/nodes/54001", {"mode": "off"}, "mode"),
        ("PUT", f"{PORT}/nodes/54001", {"weight": 0}, "weight"),
        ("PUT", f"{PORT}/nodes/54001", {"status": "UP"}, "status"),
        ("POST", f"{PORT}/rebuild", {**CHECKED, "nodes": [{"label": "pg1"}]}, "address"),
        (
            "POST",
            "/nodebalancers",
            {"region": "a", "configs": [{"nodes": [NODE, V6]}]},
            "address",
        ),
        ("POST", "/nodebalancers", [], None),
        ("POST", "/nodebalancers", "region", None),
        ("POST", "/nodebalancers", 7, None),
    ],
)
def test_a_mistake_is_refused_by_its_field(
    built: Double, method: str, path: str, body: Any, field: str | None
) -> None:
    """400, with the member at fault named, and nothing changed."""
    before = repr(
        [list(t) for t in (built.world.balancers, built.world.configs, built.world.nodes)]
    )
    answer = built.ask(method, path, body)
    assert answer.status_code == 400, answer.text
    if field is not None:
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    after = repr([list(t) for t in (built.world.balancers, built.world.configs, built.world.nodes)])
    assert after == before


def test_every_mistake_is_told_at_once(double: Double) -> None:
    """A request with three mistakes is refused with three reasons."""
    answer = double.ask("POST", "/nodebalancers", {"label": "x", "colour": "red"})
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"label", "colour", "region"}


def test_what_is_no_json_is_refused(double: Double) -> None:
    """400 with a reason for a body that cannot be read, 405 and 404 for what is not there."""
    assert double.ask("POST", "/nodebalancers", None).status_code == 400
    raw = double.raw("POST", "/nodebalancers", b"{region: us-ord")
    assert (raw.status_code, raw.json()["errors"][0]["reason"]) == (
        400,
        "Request body must be valid JSON",
    )
    assert double.raw("POST", "/nodebalancers", b"a", "text/plain").status_code == 415
    assert double.ask("PATCH", "/nodebalancers", {}).json() == {
        "errors": [{"reason": "Method Not Allowed"}]
    }
    assert double.ask("GET", "/nowhere").json() == {"errors": [{"reason": "Not found"}]}


def test_a_premium_balancer_takes_no_private_backends(double: Double) -> None:
    """Premium takes VPC and IPv6 backends only; and one balancer reaches all in one way."""
    body = {"region": "us-ord", "type": "premium", "vpcs": [{"subnet_id": 7}], "configs": [TCP]}
    assert double.ask("POST", "/nodebalancers", body).ok
    refused = double.ask("POST", f"{PORT}/nodes", NODE)
    assert refused.json()["errors"][0]["field"] == "address"
    vpc = {"label": "pg1", "address": "10.0.0.3:5432", "subnet_id": 7}
    assert double.ask("POST", f"{PORT}/nodes", vpc).json()["vpc_config_id"] == 1401
    assert double.ask("GET", BALANCER).json()["backend_connectivity"] == "vpc"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ("nodebalancers:read_only", "GET", "/nodebalancers", 200),
        ("nodebalancers:read_only", "POST", "/nodebalancers", 401),
        ("nodebalancers:read_write", "GET", "/nodebalancers", 200),
        ("nodebalancers:read_write", "GET", "/account/events", 401),
        ("nodebalancers:read_write events:read_only", "GET", "/account/events", 200),
        ("domains:read_write", "GET", "/linode/instances", 401),
        ("linodes:*", "GET", "/linode/instances", 200),
    ],
)
def test_a_token_may_do_what_its_scopes_say(
    make_double: Callable[..., Double], scopes: str, method: str, path: str, status: int
) -> None:
    """A missing scope is 401, and the headers name the one that was needed and those there are."""
    double = make_double(scopes=scopes)
    answer = double.ask(method, path, {"region": "us-ord"} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.headers["X-OAuth-Scopes"] == scopes
    right = "read_only" if method == "GET" else "read_write"
    assert answer.headers["X-Accepted-OAuth-Scopes"].endswith(f":{right}")
    if status == 401:
        reason = answer.json()["errors"][0]["reason"]
        assert reason == "Your OAuth token is not authorized to use this endpoint."


def test_a_restricted_user_may_only_look(make_double: Callable[..., Double]) -> None:
    """403 Unauthorized for what would change something."""
    double = make_double(restricted=True)
    assert double.ask("GET", "/nodebalancers").ok
    refused = double.ask("POST", "/nodebalancers", {"region": "us-ord"})
    assert (refused.status_code, refused.json()) == (403, {"errors": [{"reason": "Unauthorized"}]})


def test_a_minute_has_its_limit(double: Double) -> None:
    """Collections have a limit of their own; beyond it 429 says when to come again."""
    double.linode.meter.limits.collection = 2
    answers = [double.ask("GET", "/nodebalancers") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json() == {"errors": [{"reason": "Too many requests"}]}
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert double.ask("GET", "/nodebalancers/1").status_code == 404


def test_a_client_may_say_that_it_says_nothing(double: Double) -> None:
    """Lists that are null are lists left out, as other clients of Linode's send them."""
    zone = {"domain": "shop.example", "type": "master", "soa_email": "a@b.example", "tags": None}
    assert double.ask("POST", "/domains", {**zone, "axfr_ips": None}).json()["axfr_ips"] == []


def test_the_labs_hand_refuses_what_makes_no_sense(double: Double) -> None:
    """Machines behind a firewall that is none, an instant that is none: 400 with a reason."""
    machine = {"label": "pg1", "ipv4": ["10.0.0.1"], "firewall": "none"}
    answer = requests.post(f"{double.control}/_lab/machines", json=machine, timeout=5)
    assert (answer.status_code, "no firewall" in answer.text) == (400, True)
    assert requests.get(f"{double.control}/_lab/requests?since=noon", timeout=5).status_code == 400
