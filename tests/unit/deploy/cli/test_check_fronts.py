"""What `pgbaton check` says of NodeBalancers and DNS records, each with a case where it says nothing."""

import json
from pathlib import Path

import pytest

from tests.unit.deploy.cli.desk import Operator
from tests.unit.deploy.cli.test_check import INVENTORY

MACHINES = 'scope = "shop"\nmachines = { pg1 = "192.168.130.1", pg2 = "192.168.130.2" }'
FRONT = """
[clusters.shop.mux]
port = 5433
[nodebalancers.front]
cluster = "shop"
label = "shop-front"
region = "us-ord"
address = "192.0.2.10"
[dns.pg]
cluster = "shop"
domain = "example.com"
"""
SOUND = INVENTORY.replace('scope = "shop"', MACHINES) + FRONT


def told(ann: Operator, text: str, kind: str = "warnings") -> dict[str, str]:
    """What is worth a look, or lacking, by path."""
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    said = json.loads(ann.types("check", str(file), "--json").stdout)
    assert said["mistakes"] == []
    return {one["path"]: one["reason"] for one in said[kind]}


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("[clusters.shop.mux]\nport = 5433", "", "clusters.shop.mux", "can never pass"),
        ('address = "192.0.2.10"', "", "nodebalancers.front.address", "nobody can log in"),
        ('region = "us-ord"\naddress = "192.0.2.10"', "", "nodebalancers.front.region", "creates none without"),
        ('region = "us-ord"', 'check_path = "/health"', "nodebalancers.front.check_path", "/health lets leader and replicas pass"),
        ('region = "us-ord"', "check_interval = 60", "nodebalancers.front.check_interval", "within 182 s"),
        ("192.168.130.1", "10.0.0.1", "nodebalancers.front.backends", "pg1 (10.0.0.1): not Linode's private IPv4"),
        ("192.168.130.1", "pg1.internal", "nodebalancers.front.backends", "no address of pg1 (pg1.internal)"),
        ("192.168.130.1", "pg1.internal", "dns.pg.addresses", "no address of pg1 (pg1.internal)"),
    ],
)  # fmt: skip
def test_what_will_not_work_is_worth_a_look(
    ann: Operator, old: str, new: str, path: str, reason: str
) -> None:
    """Each is said by its path, and nothing of the kind where all is well."""
    assert old in SOUND
    assert reason in told(ann, SOUND.replace(old, new))[path]
    assert not {"clusters.shop.mux"} & set(told(ann, SOUND))
    assert not [p for p in told(ann, SOUND) if p.startswith(("nodebalancers", "dns"))]


def test_vpc_addresses_are_fine_with_their_subnet(ann: Operator) -> None:
    """And public IPv6 ones without."""
    vpc = SOUND.replace("192.168.130.", "10.0.0.")
    assert "nodebalancers.front.backends" in told(ann, vpc)
    for fine in (
        vpc.replace('region = "us-ord"', 'region = "us-ord"\nsubnet_id = 12'),
        SOUND.replace("192.168.130.", "2600:3c00::"),
    ):
        assert "nodebalancers.front.backends" not in told(ann, fine)


def test_without_a_monitoring_role_nobody_can_log_in(ann: Operator) -> None:
    """Then node status must do, and with neither nothing behind the balancer ever moves."""
    assert "clusters.shop.probe.user" in told(ann, SOUND)
    named = SOUND.replace('scope = "shop"', 'scope = "shop"\nprobe = { user = "pgbaton" }')
    assert "clusters.shop.probe.user" not in told(ann, named)


def test_an_existing_balancer_needs_no_region(ann: Operator) -> None:
    """With an address it is there already."""
    assert "nodebalancers.front.region" not in told(ann, SOUND.replace('region = "us-ord"', ""))


@pytest.mark.parametrize("table", ["nodebalancers", "dns"])
def test_either_needs_linodes_token(ann: Operator, table: str) -> None:
    """The secret is lacking until it is here, and never where nothing is at Linode."""
    parts = {"nodebalancers": FRONT.partition("[dns.pg]")[0], "dns": "[dns.pg]" + FRONT.partition("[dns.pg]")[2]}  # fmt: skip
    text = INVENTORY.replace('scope = "shop"', MACHINES) + parts[table]
    assert "linode-token" in told(ann, text, "lacking")["linode"]
    assert "linode" not in told(ann, INVENTORY, "lacking")
    ann.desk.environ = {"PGBATON_LINODE_TOKEN": "x"}
    assert "linode" not in told(ann, text, "lacking")


def test_a_certificate_that_is_not_there_is_lacking(ann: Operator) -> None:
    """The file that Linode's API is known by, where it is not the system's."""
    text = SOUND + '[linode]\nca = "/nowhere/ca.pem"\n'
    assert told(ann, text, "lacking")["linode.ca"] == "there is no file /nowhere/ca.pem"


def test_they_are_counted(ann: Operator) -> None:
    """In the first line, where there are some."""
    file = ann.folder / "inventory.toml"
    file.write_text(SOUND)
    assert "0 senders, 1 NodeBalancer, 1 DNS record (" in ann.types("check", str(file)).stdout


def test_the_documented_example_is_worth_no_second_look(ann: Operator) -> None:
    """What the documentation tells people to write is what the check would have."""
    example = Path(__file__).parents[4] / "docs/inventory.toml"
    assert told(ann, example.read_text()) == {}
