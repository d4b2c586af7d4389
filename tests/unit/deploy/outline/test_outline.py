"""From answers to an inventory: whatever is answered, it is sound, and says what it decides."""

from __future__ import annotations

import tomllib
from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest

from deploy.keyring import read
from deploy.outline import Adopted, CannotFit, Kind, Whole, adopt_toml, pins, whole_toml
from deploy.outline.standing import standing
from deploy.site import placed
from jobs.inventory import Inventory
from jobs.presets import PRESETS

ADOPTED = Adopted(
    endpoints=("https://10.0.0.11:2379",),
    scope='shop "pg"',
    members={"pg1": "10.0.0.21", "pg2": "10.0.0.22"},
    hosts={"web1": "10.0.0.51", "web2": "10.0.0.52"},
    controls={"control1": "10.0.0.5"},
    pins={"10.0.0.51": ("ssh-ed25519 AAAA",)},
)
NEEDED = {"folder": "/srv/app", "file": "/srv/app/.env", "word": "app", "words": ("app",)}


def sound(text: str) -> Inventory:
    loaded = read(text)
    assert isinstance(loaded, Inventory), loaded
    return loaded


@pytest.mark.parametrize(
    "told",
    [
        Whole(),
        Whole(etcd=1, databases=2, hosts=1, balancer=False),
        Whole(etcd=5, databases=5, controls=3, hosts=40),
        Whole(compact=True, etcd=0),
        Whole(compact=True, etcd=0, databases=5, balancer=False),
        Whole(hosts=100, databases=20, controls=20, etcd=7),
        Whole(subnet="192.168.10.0/28", hosts=3),
        Whole(cluster="a-1_b", prefix="", ttl=20, slack="C0123456789"),
        Whole(ttl=300, operators=("203.0.113.7/32", "2001:db8::/64")),
    ],
    ids=lambda told: f"{told.etcd}-{told.databases}-{told.controls}-{told.hosts}",
)
def test_every_topology_is_a_sound_inventory(told: Whole) -> None:
    """All that lacks are the public halves of keys; machines are as many as were asked for, all in the
    subnet."""
    inventory = sound(whole_toml(told, "keys"))
    machines = placed(inventory)
    own = 0 if told.compact else told.etcd
    assert len(machines) == own + told.databases + told.controls + told.hosts
    assert all(ip_address(m.address) in ip_network(told.subnet) for m in machines.values())
    cluster = inventory.clusters[told.cluster]
    assert cluster.ttl == told.ttl
    assert len(inventory.etcd["main"].machines) == (told.databases if told.compact else told.etcd)
    assert bool(inventory.nodebalancers) == told.balancer == (cluster.mux is not None)


@pytest.mark.parametrize("name", PRESETS)
def test_every_kind_of_application_can_be_told(name: str) -> None:
    """With what the preset needs, and nothing else."""
    said = {p.name: NEEDED[p.kind] for p in PRESETS[name].parameters if p.needed}
    inventory = sound(whole_toml(Whole(kind=Kind(preset=name, said=said)), "keys"))  # type: ignore[arg-type]
    assert inventory.applications["shop"].hosts == ("web1", "web2")


def test_everything_speaks_tls() -> None:
    """etcd, Redis, webhook, Patroni and PostgreSQL, each with the standard paths."""
    inventory = sound(whole_toml(Whole(), "keys"))
    assert all(url.startswith("https://") for url in inventory.etcd["main"].endpoints)
    assert inventory.redis.url.startswith("rediss://")
    assert all(url.startswith("https://") for url in inventory.webhook.urls)
    assert inventory.clusters["shop"].rest.key == "/etc/pgbaton/tls/client.key"
    assert inventory.clusters["shop"].probe.sslmode == "verify-ca"


def test_the_same_answers_write_the_same_file() -> None:
    """And every table has a comment above it, or is one of several of its kind."""
    assert whole_toml(Whole(), "keys") == whole_toml(Whole(), "keys")
    lines = whole_toml(Whole(), "keys").splitlines()
    bare = [
        line for above, line in pairwise(lines)
        if line.startswith("[") and not above.startswith("#")
    ]  # fmt: skip
    assert bare == [
        "[hosts.web2]",
        "[senders.pg2]",
        "[senders.pg3]",
        "[senders.watch]",
        "[senders.probe]",
    ]
    assert max(map(len, lines)) <= 130


def test_two_members_are_told_what_they_lack() -> None:
    """Whoever chose them reads it where the machines stand."""
    assert "A third member closes that gap" in whole_toml(Whole(databases=2), "keys")
    assert "bear" not in whole_toml(Whole(databases=3), "keys").split("[clusters.shop]")[1]


def test_what_others_run_is_not_ours_to_deploy() -> None:
    """No machine of etcd or of the cluster; hosts without a known key are comments."""
    text = adopt_toml(ADOPTED, "keys")
    inventory = sound(text)
    assert set(placed(inventory)) == {"control1", "web1"}
    assert inventory.clusters["shop"].scope == 'shop "pg"'
    assert inventory.applications["shop"].addresses == {"pg1": "10.0.0.21", "pg2": "10.0.0.22"}
    assert inventory.provision is None
    assert inventory.deploy.firewall == "none"
    assert inventory.etcd["main"].tls.ca == "/etc/ssl/etcd/ca.pem"
    assert "# [hosts.web2]" in text
    assert set(inventory.senders) == {"pg1", "pg2", "watch", "probe"}


def test_host_keys_are_read_as_ssh_keyscan_prints_them() -> None:
    """Names in brackets and several names; no comment, no mark, no hashed name, no rest of the line."""
    text = (
        "# 10.0.0.1:22 SSH-2.0\n10.0.0.1,web1 ssh-ed25519 AAAA note\n[10.0.0.2]:2222 ssh-rsa BBBB\n"
    )
    more = "10.0.0.1 ssh-rsa CCCC\n@revoked 10.0.0.3 ssh-rsa D\n|1|x|y ssh-rsa E\nbroken\n"
    assert pins(text + more) == {
        "10.0.0.1": ("ssh-ed25519 AAAA", "ssh-rsa CCCC"),
        "web1": ("ssh-ed25519 AAAA",),
        "10.0.0.2": ("ssh-rsa BBBB",),
    }


def test_roles_have_their_tens_where_there_is_room() -> None:
    """An address alone then says who it is; a small network is filled from its first free one."""
    counts = {"control": 1, "etcd": 3, "pg": 3, "web": 2}
    large, small = standing("10.1.0.0/24", counts), standing("10.1.0.0/28", counts)
    assert large["pg"]["pg2"] == "10.1.0.22"
    assert [a for of in small.values() for a in of.values()] == [
        f"10.1.0.{n}" for n in range(2, 11)
    ]
    with pytest.raises(CannotFit, match="has 4 addresses, and 9 machines need one"):
        standing("10.1.0.0/29", counts)


def test_no_answer_can_break_out_of_its_string() -> None:
    """What people type is text, whatever is in it."""
    told = Whole(kind=Kind(said={"path": '/srv/"shop"\\x\n[redis]'}))
    raw = tomllib.loads(whole_toml(told, "keys"))
    assert raw["applications"]["shop"]["path"] == '/srv/"shop"\\x\n[redis]'
