"""Addresses that collide or contradict each other are mistakes, however they are spelled."""

from __future__ import annotations

import pytest

from deploy.site import placed
from jobs.inventory import BadInventory, Inventory, load_inventory

GROUND = """
[redis]
url = "redis://10.0.0.5:6379"
[etcd.main]
endpoints = ["http://10.0.0.11:2379", "http://10.0.0.12:2379", "http://10.0.0.13:2379"]
machines = { etcd1 = "10.0.0.11", etcd2 = "10.0.0.12", etcd3 = "10.0.0.13" }
[clusters.shop]
etcd = "main"
scope = "shop"
machines = { pg1 = "10.0.0.21", pg2 = "fd00::22" }
postgresql_port = 5433
[clusters.shop.mux]
[machines.control1]
address = "10.0.0.5"
runs = ["redis", "worker"]
[hosts.web1]
address = "10.0.1.1"
host_keys = ["ssh-ed25519 AAAA"]
[nodebalancers.front]
cluster = "shop"
label = "shop"
address = "203.0.113.10"
"""


def mistakes(text: str) -> dict[str, str]:
    loaded = load_inventory(text)
    return {} if isinstance(loaded, Inventory) else {m.path: m.reason for m in loaded.mistakes}


def test_the_ground_they_are_changed_from_has_none() -> None:
    """Else every case below could pass for a reason of its own."""
    assert mistakes(GROUND) == {}


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("10.0.0.21", "10.0.0.11", "clusters.shop.machines.pg1", "etcd1's address already"),
        ('"10.0.0.21"', '"FD00:0::0022"', "clusters.shop.machines.pg2", "written FD00:0::0022"),
        ('"10.0.0.21"', '"::ffff:10.0.0.12"', "clusters.shop.machines.pg1", "10.0.0.12 is etcd2's"),
        ("10.0.1.1", "10.0.0.5", "hosts.web1.address", "[machines.control1] address"),
        ("203.0.113.10", "10.0.0.21", "nodebalancers.front.address", "is the machine pg1's"),
        ("203.0.113.10", "fd00:0:0::22", "nodebalancers.front.address", "is the machine pg2's"),
        ("10.0.1.1", "10.0.1.1.1", "hosts.web1.address", "neither an IPv4 address nor a name"),
        ("10.0.1.1", "10.0.1.01", "hosts.web1.address", "without leading zeros"),
        ("10.0.1.1", "a b", "hosts.web1.address", "is no address"),
        ("[hosts.web1]", "[hosts.etcd1]", "hosts.etcd1.address", "etcd1 has several addresses"),
        ("[hosts.web1]", "[hosts.PG1]", "hosts.PG1.address", "PG1 and pg1 are one name"),
        ("[machines.control1]\n", "[machines.x]\n[machines.control1]\n", "machines.x.address",
         'write [machines.x] address = "10.0.0.1"'),
        ("[machines.control1]\n", '[machines.control1]\nssh = "1.2.3.4:x"\n',
         "machines.control1.ssh", "is no address"),
        ("[nodebalancers.front]\n", ('[nodebalancers.front]\nbackends = { pg1 = "10.1.0.1", '
         'pg2 = "10.1.0.1" }\n'), "nodebalancers.front.backends.pg2", "is pg1's address already"),
        ("[clusters.shop.mux]\n", ('[clusters.shop.linodes]\npg1 = "db"\npg2 = "DB"\n'
         "[clusters.shop.mux]\n"), "clusters.shop.linodes.pg2", "is pg1's Linode already"),
    ],
)  # fmt: skip
def test_each_collision_is_a_mistake_of_its_own(old: str, new: str, path: str, said: str) -> None:
    """Its path is where to mend it, and the reason says with whom it collides."""
    found = mistakes(GROUND.replace(old, new, 1))
    assert list(found) == [path]
    assert said in found[path]


def test_one_machine_spelled_in_two_ways_is_one_machine() -> None:
    """The same name with the same address in other letters is placed, once."""
    text = GROUND + '[hosts.pg2]\naddress = "FD00::0:22"\nhost_keys = ["ssh-ed25519 AAAA"]\n'
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory), loaded
    assert placed(loaded)["pg2"].cluster == "shop"
    assert placed(loaded)["pg2"].host


def test_hosts_behind_one_gateway_differ_by_their_ports() -> None:
    """One public address with two SSH ports is two machines, with one port it is one."""
    second = '[hosts.web2]\naddress = "10.0.1.1"\nhost_keys = ["ssh-ed25519 AAAA"]\n'
    assert "hosts.web2.address" in mistakes(GROUND + second)
    assert mistakes(GROUND + second + "port = 2222\n") == {}


def test_loopback_is_everybody_s_own() -> None:
    """On one machine for a try, everything has the same address."""
    text = GROUND.replace("10.0.1.1", "127.0.0.1").replace("203.0.113.10", "127.0.0.1")
    assert mistakes(text) == {}


def test_two_balancers_at_one_address_must_be_one() -> None:
    """Two ports of one NodeBalancer share it, two labels cannot."""
    second = '[nodebalancers.b]\ncluster = "shop"\nlabel = "shop"\nport = 5433\naddress = "203.0.113.10"\n'
    assert mistakes(GROUND + second) == {}
    assert "nodebalancers.b.address" in mistakes(GROUND + second.replace('"shop"\np', '"more"\np'))


def test_all_collisions_come_at_once() -> None:
    """Nobody mends a file three times."""
    text = GROUND.replace("10.0.0.21", "10.0.0.11").replace("10.0.1.1", "10.0.0.5")
    loaded = load_inventory(text.replace("203.0.113.10", "10.0.0.13"))
    assert isinstance(loaded, BadInventory)
    assert len(loaded.mistakes) == 3


def test_a_machine_of_two_clusters_is_a_mistake() -> None:
    """One machine runs one etcd and one PostgreSQL."""
    other = '[clusters.blog]\netcd = "main"\nscope = "blog"\nmachines = { pg1 = "10.0.0.21", pg9 = "10.0.0.29" }\n'
    found = mistakes(GROUND + other)
    assert found == {
        "clusters.blog.machines.pg1": "pg1 is a machine of shop and blog in [clusters]; one holds one"
    }
