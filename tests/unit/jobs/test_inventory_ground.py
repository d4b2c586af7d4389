"""What etcd, Patroni, Linode or a firewall would refuse is a mistake of the inventory, with its remedy."""

from __future__ import annotations

import pytest

from jobs.inventory import Inventory, load_inventory
from tests.unit.jobs.test_inventory_addresses import GROUND, mistakes

TLS = (
    'ca = "/etc/pgbaton/tls/ca.pem", cert = "/etc/pgbaton/tls/client.pem", '
    'key = "/etc/pgbaton/tls/client.key"'
)
SHOP = '[clusters.shop]\netcd = "main"\n'
AT_LINODE = '[provision]\nregion = "us-ord"\nsubnet = "10.0.0.0/23"\n'
FOUR = GROUND.replace("fd00::22", "10.0.0.22")


@pytest.mark.parametrize(
    ("machines", "said"),
    [
        (2, "of 2 machines 0 may be lost, of 1 as many, of 3 1; write 3 or 1"),
        (4, "of 4 machines 1 may be lost, of 3 as many, of 5 2; write 5 or 3"),
        (9, "9 machines make each write wait for 5; 7 are the most"),
    ],
)
def test_an_etcd_that_bears_no_more_is_a_mistake(machines: int, said: str) -> None:
    """An even number, and more than seven, with what they would bear."""
    table = ", ".join(f'e{n} = "10.0.2.{n}"' for n in range(machines))
    text = f'[etcd.other]\nendpoints = ["http://10.0.2.0:2379"]\nmachines = {{ {table} }}\n'
    assert said in mistakes(GROUND + text)["etcd.other.machines"]


@pytest.mark.parametrize("machines", [0, 1, 3, 5, 7])
def test_odd_numbers_and_an_etcd_of_others_are_none(machines: int) -> None:
    """One is for a try; none means that it is not ours to deploy."""
    table = ", ".join(f'e{n} = "10.0.2.{n}"' for n in range(machines))
    text = f'[etcd.other]\nendpoints = ["http://10.0.2.0:2379"]\nmachines = {{ {table} }}\n'
    assert mistakes(GROUND + text) == {}


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("10.0.0.12:2379", "10.0.0.99:2379", "etcd.main.endpoints.1", "10.0.0.99 is no machine of"),
        ("10.0.0.12:2379", "10.0.0.11:2379", "etcd.main.endpoints.1", "stands there already"),
        ("http://10.0.0.12", "https://10.0.0.12", "etcd.main.endpoints", "mixes http://"),
        (SHOP, SHOP + "ttl = 29\n", "clusters.shop.ttl", "is 30, and Patroni demands at most ttl (29)"),
        (SHOP, SHOP + "retry_timeout = 11\n", "clusters.shop.ttl", "write ttl = 32"),
        (SHOP, SHOP + "loop_wait = 0\n", "clusters.shop.loop_wait", "greater than or equal to 1"),
        (SHOP, SHOP + "ttl = 19\nretry_timeout = 3\n", "clusters.shop.ttl", "equal to 20"),
        (', pg2 = "fd00::22"', "", "clusters.shop.machines", "nobody to fail over to"),
        ('pg1 = "10', 'watch = "10', "clusters.shop.machines.watch", "own process watch signs as"),
        (SHOP, SHOP + 'databases = { postgres = "shop" }\n', "clusters.shop.databases.postgres", "is there in every"),
        (SHOP, SHOP + 'databases = { shop = "rewinder" }\n', "clusters.shop.databases.shop", "Patroni's own"),
        (SHOP, SHOP + 'databases = { shop = "pg_read" }\n', "clusters.shop.databases.shop", "PostgreSQL's"),
        (SHOP, SHOP + 'probe = { user = "shop" }\ndatabases = { shop = "shop" }\n',
         "clusters.shop.databases.shop", "the role shop is the monitoring role"),
        (SHOP, SHOP + 'databases = { shop = "shop", blog = "shop" }\n', "", ""),
        (SHOP, SHOP + "rest_port = 5433\n", "clusters.shop.rest_port", "port of PostgreSQL on pg1"),
        (SHOP, SHOP + "rest_port = 22\n", "clusters.shop.rest_port", "port of SSH on pg1"),
        ('"redis", "worker"', '"worker"', "redis.url", "is control1, which runs no redis"),
        ("10.0.0.5:6379", "10.0.0.6:6379", "machines.control1.runs", "redis.url does not name control1"),
        ('"redis", ', '"redis", "web", ', "", ""),
    ],
)  # fmt: skip
def test_each_contradiction_is_a_mistake_of_its_own(
    old: str, new: str, path: str, said: str
) -> None:
    """Its path is where to mend it."""
    found = mistakes(GROUND.replace(old, new, 1))
    assert list(found) == ([path] if path else [])
    assert said in found.get(path, "")


def test_an_etcd_on_a_database_machine_may_not_take_its_ports() -> None:
    """Compact: one machine runs both, so that their ports are held against each other."""
    text = GROUND.replace('pg1 = "10.0.0.21"', 'etcd1 = "10.0.0.11"')
    assert mistakes(text) == {}
    found = mistakes(text.replace(SHOP, SHOP + "rest_port = 2380\n"))
    assert "port of etcd's peers on etcd1" in found["clusters.shop.rest_port"]


def test_a_webhook_that_nobody_runs_or_names_is_a_mistake() -> None:
    """The hook would post where nobody listens; and a web process would wait for nobody."""
    hook = '[webhook]\nurls = ["http://10.0.0.5:8000/events"]\n'
    assert "which runs no web" in mistakes(GROUND + hook)["webhook.urls.0"]
    runs = GROUND.replace('"redis", ', '"redis", "web", ')
    assert mistakes(runs + hook) == {}
    other = '[machines.control2]\naddress = "10.0.0.6"\nruns = ["web"]\n'
    found = mistakes(runs + other + hook)
    assert "webhook.urls does not name control2" in found["machines.control2.runs"]
    assert mistakes(runs + other + hook.replace("10.0.0.5", "hooks.example.com")) == {}
    taken = hook.replace("8000", "6379")
    assert "port of Redis on control1" in mistakes(runs + taken)["webhook.urls.0"]


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("http://10", "https://10", "etcd.main.tls", TLS),
        (SHOP, SHOP + 'rest = { ca = "/ca" }\n', "clusters.shop.rest", "demand a certificate"),
        (SHOP, SHOP + 'rest = { cert = "/c" }\n', "clusters.shop.rest.cert", "needs the key"),
        ("redis://", "rediss://", "redis.tls", 'ca = "/etc/pgbaton/tls/ca.pem"'),
        (SHOP, SHOP + f'rest = {{ {TLS} }}\nprobe = {{ user = "p", sslmode = "disable" }}\n',
         "clusters.shop.probe.sslmode", "let nobody in without TLS"),
        (SHOP, SHOP + f'rest = {{ {TLS} }}\nprobe = {{ user = "p", sslmode = "verify-ca" }}\n',
         "clusters.shop.probe.tls", "needs the authority"),
    ],
)  # fmt: skip
def test_half_of_a_tls_is_a_mistake(old: str, new: str, path: str, said: str) -> None:
    """The reason has the line to write, with the standard paths."""
    found = mistakes(GROUND.replace(old, new))
    assert list(found) == [path]
    assert said in found[path]


def test_a_webhook_of_ours_over_https_needs_its_authority() -> None:
    """Watch and probe would refuse its certificate; one that others sign is theirs to know."""
    runs = GROUND.replace('"redis", ', '"redis", "web", ')
    hook = '[webhook]\nurls = ["https://10.0.0.5:8443/events"]\n'
    assert 'write ca = "/etc/pgbaton/tls/ca.pem"' in mistakes(runs + hook)["webhook"]
    assert mistakes(runs + hook + 'ca = "/ca"\n') == {}
    assert mistakes(runs + hook.replace("10.0.0.5:8443", "hooks.example.com")) == {}


@pytest.mark.parametrize(
    ("subnet", "said"),
    [
        ("192.0.2.0/24", "is not private"),
        ("192.168.0.0/16", "overlaps 192.168.128.0/17"),
        ("10.0.0.0/30", "the smallest that Linode allows"),
        ("fd00::/64", "is IPv6"),
        ("10.0.0.1/24", "has host bits set"),
    ],
)
def test_a_subnet_that_linode_refuses_is_a_mistake(subnet: str, said: str) -> None:
    """And the machines are not held against it besides."""
    found = mistakes(FOUR + AT_LINODE.replace("10.0.0.0/23", subnet))
    assert list(found) == ["provision.subnet"]
    assert said in found["provision.subnet"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.0.2.1", "outside provision.subnet, 10.0.0.0/23; write one of 10.0.0.2 to 10.0.1.253"),
        ("10.0.0.0", "two first and two last"),
        ("10.0.0.1", "two first and two last"),
        ("10.0.1.254", "two first and two last"),
        ("10.0.1.255", "two first and two last"),
        ("pg1.internal", "is a name"),
    ],
)
def test_a_machine_must_stand_in_the_subnet(address: str, said: str) -> None:
    """The two addresses at either end are Linode's own."""
    assert mistakes(FOUR + AT_LINODE) == {}
    found = mistakes((FOUR + AT_LINODE).replace("10.0.0.21", address))
    assert said in found["clusters.shop.machines.pg1"]
    assert mistakes(FOUR.replace("10.0.0.21", address)) == {}


@pytest.mark.parametrize("address", ["10.9.9.9", "web1.example.com", "2001:db8::1"])
def test_an_application_host_may_be_somebody_else_s(address: str) -> None:
    """It is not created then; one inside the subnet is, and must have an address that Linode gives."""
    assert mistakes((FOUR + AT_LINODE).replace("10.0.1.1", address)) == {}
    found = mistakes((FOUR + AT_LINODE).replace("10.0.1.1", "10.0.0.1"))
    assert list(found) == ["hosts.web1.address"]


def test_a_machine_outside_the_firewall_s_networks_is_a_mistake() -> None:
    """The others would refuse it; without a firewall nobody does."""
    closed = '[deploy]\nnetworks = ["10.0.0.0/24"]\n'
    assert "lies in none of deploy.networks" in mistakes(FOUR + closed)["hosts.web1.address"]
    assert mistakes(FOUR + closed + 'firewall = "none"\n') == {}


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("hosts.web1", f"hosts.{'w' * 57}", f"hosts.{'w' * 57}.address", "65 characters, and Linode allows 64"),
        ("pg1", "pg1_", "clusters.shop.machines.pg1_", "would be called pgbaton-pg1_"),
        ("[clusters.shop.mux]", '[clusters.shop.linodes]\npg1 = "x"\n[clusters.shop.mux]',
         "clusters.shop.linodes.pg1", "takes 3 to 64 letters"),
        ("[clusters.shop.mux]", '[clusters.shop.linodes]\npg1 = "pgbaton-web1"\n[clusters.shop.mux]',
         "hosts.web1.address", "would be called pgbaton-web1, as pg1's is"),
        ('"us-ord"\n', '"us-ord"\ntags = ["ab"]\n', "provision.tags.0", "tags of 3 to 50"),
        ('label = "shop"', 'label = "shop.front"', "nodebalancers.front.label", "takes no '.'"),
        ('label = "shop"', f'label = "{"s" * 33}"', "nodebalancers.front.label", "3 to 32 letters"),
        ("pg1", "p1", "clusters.shop.machines.p1", "node at the NodeBalancer front"),
        ('label = "shop"', f'label = "shop"\ntags = ["{"t" * 51}"]', "nodebalancers.front.tags.0", "has 51"),
    ],
)  # fmt: skip
def test_a_name_that_linode_refuses_is_a_mistake(old: str, new: str, path: str, said: str) -> None:
    """Said with the name as it would stand at Linode, and the limit."""
    found = mistakes((FOUR + AT_LINODE).replace(old, new, 1))
    assert path in found, found
    assert said in found[path]


def test_without_provision_names_may_be_longer() -> None:
    """Nobody calls a Linode by them."""
    text = FOUR[: FOUR.index("[nodebalancers")].replace("pg1", "p" * 60)
    assert isinstance(load_inventory(text), Inventory)
