"""What the inventory says of NodeBalancers and DNS records: mistakes by their path, targets in order."""

from __future__ import annotations

import pytest

from jobs.inventory import Address, BadInventory, Inventory, load_inventory, parse_target
from tests.unit.jobs.balancer.values import LINODE
from tests.world import INVENTORY

BEHIND = """
[applications.behind]
cluster = "shop"
hosts = ["web1"]
endpoint = "nodebalancer"
"""
DNS = """
[dns.db]
cluster = "shop"
domain = "example.com"
name = "db"
"""
WHOLE = LINODE + BEHIND + DNS


def _mistakes(text: str) -> dict[str, str]:
    loaded = load_inventory(INVENTORY + text)
    if isinstance(loaded, Inventory):
        return {}
    return {m.path: m.reason for m in loaded.mistakes}


def _loaded(text: str) -> Inventory:
    loaded = load_inventory(
        INVENTORY.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433') + text
    )
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


def test_targets_come_in_the_order_of_their_waiting() -> None:
    """Hosts at the leader, NodeBalancers, DNS records, then the hosts that wait for a NodeBalancer."""
    targets = _loaded(WHOLE).targets_of("shop")
    assert targets == ("web1", "web2", "nodebalancer:front", "dns:db", "web1@front")


def test_a_host_of_both_endpoints_is_two_targets() -> None:
    """Each has its own applications, and its own journal on the host."""
    inventory = _loaded(WHOLE)
    assert inventory.targets_of("shop", "web1") == ("web1", "web1@front")
    store, behind = inventory.applications["store"], inventory.applications["behind"]
    assert inventory.applications_at("shop", "web1") == (store,)
    assert inventory.applications_at("shop", "web1@front") == (behind,)
    assert parse_target("web1@front").journal("shop") == "shop@front"
    assert inventory.host_at("web1@front") == inventory.hosts["web1"]


def test_what_was_given_to_another_cluster_follows_the_former_one_no_longer() -> None:
    """Else a job that waited would lead it to the member of that name there."""
    inventory = _loaded(WHOLE)
    front = inventory.nodebalancers["front"].model_copy(update={"cluster": "blog"})
    given = inventory.model_copy(update={"nodebalancers": {"front": front}})
    assert inventory.follows("shop", "nodebalancer:front")
    assert inventory.follows("shop", "web1@front")
    assert not given.follows("shop", "nodebalancer:front")
    assert not given.follows("shop", "web1@front")


@pytest.mark.parametrize("text", ["web1", "web1@front", "nodebalancer:front", "dns:db"])
def test_a_target_survives_being_written(text: str) -> None:
    """What is remembered by its word is read back as the same."""
    assert str(parse_target(text)) == text


def test_the_traffic_port_is_the_mux_s() -> None:
    """Where HAProxy owns the port, that is what a balancer is given."""
    assert _loaded(LINODE).clusters["shop"].traffic_port == 5432
    assert _loaded("").clusters["shop"].traffic_port == 5433


def test_the_balancer_s_own_address_is_what_is_logged_in_at() -> None:
    """Known without Linode's API."""
    front = _loaded(LINODE).nodebalancers["front"]
    assert front.endpoint == Address(host="192.0.2.10", port=5432)


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (LINODE.replace('label = "shop-front"', 'label = "s"'), "nodebalancers.front.label",
         "is no label of Linode's: 3 to 32"),
        (LINODE + "check_timeout = 5\n", "nodebalancers.front.check_timeout",
         "must be below check_interval (5)"),
        (LINODE + "check_interval = 1\n", "nodebalancers.front.check_interval", "greater than"),
        (LINODE + 'check_path = "/read_only"\n', "nodebalancers.front.check_path", "match"),
        (LINODE + "check_port = 8008\n", "nodebalancers.front.check_port", "is not a key"),
        (LINODE + 'backends = { pg9 = "192.168.1.9" }\n', "nodebalancers.front.backends.pg9",
         "is no member; there is: pg1, pg2, pg3"),
        (LINODE + 'backends = { pg1 = "pg1.internal" }\n', "nodebalancers.front.backends.pg1",
         "is no IP address"),
        (LINODE.replace('cluster = "shop"', 'cluster = "shp"'), "nodebalancers.front.cluster",
         "[clusters.shp] does not exist"),
        ('[nodebalancers.front]\ncluster = "shop"\nlabel = "shop-front"\n',
         "nodebalancers.front.backends", "name the members' addresses"),
        (BEHIND, "applications.behind.nodebalancer", "there is: none"),
        (LINODE.replace('address = "192.0.2.10"\n', "") + BEHIND, "applications.behind.endpoint",
         "needs its own address"),
        (LINODE + BEHIND + 'nodebalancer = "back"\n', "applications.behind.nodebalancer",
         "[nodebalancers.back] does not exist; there is: front"),
        (LINODE + '[nodebalancers.second]\ncluster = "shop"\nlabel = "second"\n' + BEHIND,
         "applications.behind.nodebalancer", "there is: front, second"),
        (DNS + 'addresses = { pg1 = "192.0.2.1", pg2 = "2001:db8::2" }\n', "dns.db.addresses",
         "mixes IPv4 and IPv6"),
        (DNS + DNS.replace("[dns.db]", "[dns.other]").replace('"db"', '"DB"'), "dns.other.name",
         "db.example.com is [dns.db]'s already"),
        (LINODE + '[nodebalancers.second]\ncluster = "shop"\nlabel = "shop-front"\n',
         "nodebalancers.second.port", "port 5432 of shop-front is [nodebalancers.front]'s already"),
        (DNS + "ttl = 45\n", "dns.db.ttl", "30, 120, 300 or 3600"),
        (DNS.replace("shop", "shp"), "dns.db.cluster", "[clusters.shp] does not exist"),
        ('[linode]\nurl = "ftp://x"\n', "linode.url", "must look like https://"),
        ('[linode]\ntoken = "x"\n', "linode.token", "the secret linode-token"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_path(text: str, path: str, said: str) -> None:
    """The way to it, and what to write instead."""
    found = _mistakes(text)
    assert path in found, found
    assert said in found[path]


@pytest.mark.parametrize(
    ("provision", "ahead", "says"),
    [
        ("", True, "pgbaton nodebalancer show prints it"),
        ('[provision]\nregion = "us-ord"\n', False, "pgbaton provision --write learns it"),
        ('[provision]\nregion = "us-ord"\n', True, None),
    ],
    ids=["nobody creates it", "created already", "to be created"],
)
def test_ahead_of_provisioning_a_balancer_may_lack_its_address(
    provision: str, says: str | None, *, ahead: bool
) -> None:
    """Linode gives it one; nothing else takes such an inventory, nor one where nobody would create it."""
    text = INVENTORY + LINODE.replace('address = "192.0.2.10"\n', "") + BEHIND + provision
    loaded = load_inventory(text, ahead=ahead)
    mistakes = loaded.mistakes if isinstance(loaded, BadInventory) else ()
    found = {m.path: m.reason for m in mistakes}.get("applications.behind.endpoint")
    assert found == (says and f"its NodeBalancer needs its own address: {says}")


def test_two_tables_may_share_what_is_each_ones_own() -> None:
    """Two ports of one NodeBalancer, and two names of one domain."""
    ports = '[nodebalancers.second]\ncluster = "shop"\nlabel = "shop-front"\nport = 5433\n'
    names = DNS + DNS.replace("[dns.db]", "[dns.other]").replace('"db"', '"other"')
    assert set(_loaded(LINODE + ports + names).nodebalancers) == {"front", "second"}


def test_an_application_at_the_leader_names_no_nodebalancer() -> None:
    """What would silently mean nothing is a mistake."""
    text = INVENTORY.replace(
        'cluster = "shop"\nhosts', 'nodebalancer = "front"\ncluster = "shop"\nhosts'
    )
    loaded = load_inventory(text + LINODE)
    assert isinstance(loaded, BadInventory)
    assert any(m.path == "applications.store.nodebalancer" for m in loaded.mistakes)
