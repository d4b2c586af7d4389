"""What the inventory comes to at Linode, and what it cannot come to."""

import ipaddress
from itertools import product
from pathlib import Path

import pytest

from deploy.keyring import Keyring
from deploy.provision import CannotProvision, wanted
from deploy.provision.wanted import WantedFirewall
from deploy.render.machine.firewall import doors
from deploy.render.machine.scene import Scene
from deploy.site import placed
from jobs.inventory import Inventory
from tests.unit.deploy.provision.values import inventory, want


def test_each_kind_of_machine_has_its_firewall_and_its_plan() -> None:
    """Roles decide; a machine's own type counts before its role's."""
    asked = want("[machines.ctl1]", '[machines.pg1]\ntype = "g6-dedicated-2"\n[machines.ctl1]')
    assert [(one.label, one.type, one.firewall) for one in asked.linodes] == [
        ("pgbaton-etcd1", "g6-standard-1", "pgbaton-etcd"),
        ("pgbaton-etcd2", "g6-standard-1", "pgbaton-etcd"),
        ("pgbaton-etcd3", "g6-standard-1", "pgbaton-etcd"),
        ("pgbaton-pg1", "g6-dedicated-2", "pgbaton-db"),
        ("pgbaton-pg2", "g6-standard-2", "pgbaton-db"),
        ("pgbaton-ctl1", "g6-standard-1", "pgbaton-control"),
    ]
    assert [wall.label for wall in asked.firewalls] == [
        "pgbaton-etcd",
        "pgbaton-db",
        "pgbaton-control",
        "pgbaton-front",
    ]


def test_without_a_prefix_machines_are_called_as_they_are() -> None:
    """All else would have names that are anybody's, or too short for Linode: it keeps one."""
    asked = want('region = "us-ord"', 'region = "us-ord"\nprefix = ""')
    assert [one.label for one in asked.linodes][-1] == "ctl1"
    others = [*(g.label for g in asked.groups), *(f.label for f in asked.firewalls)]
    assert all(label.startswith("pgbaton-") for label in others)
    assert asked.vpc.label == "pgbaton"


def test_a_prefix_of_many_hyphens_becomes_labels_that_linode_takes() -> None:
    """Every kind of thing, the VPC included: Linode takes no two hyphens side by side."""
    asked = want('region = "us-ord"', 'region = "us-ord"\nprefix = "a--b-"')
    others = [*(g.label for g in asked.groups), *(f.label for f in asked.firewalls)]
    labels = [*(one.label for one in asked.linodes), *others]
    assert asked.vpc.label == "a-b"
    assert all(label.startswith("a-b") and "--" not in label for label in labels)


def test_members_are_kept_apart() -> None:
    """One placement group for each etcd, one for each cluster; whoever is alone needs none."""
    asked = want()
    assert [(group.label, group.linodes) for group in asked.groups] == [
        ("pgbaton-etcd-main", ("pgbaton-etcd1", "pgbaton-etcd2", "pgbaton-etcd3")),
        ("pgbaton-db-shop", ("pgbaton-pg1", "pgbaton-pg2")),
    ]
    assert {group.policy for group in asked.groups} == {"strict"}


def test_a_cluster_may_name_its_linodes_itself() -> None:
    """The label that doctor and probe look for is the one that is made."""
    asked = want(
        "[clusters.shop.mux]", '[clusters.shop.linodes]\npg1 = "db-a"\n[clusters.shop.mux]'
    )
    assert [one.label for one in asked.linodes[3:5]] == ["db-a", "pgbaton-pg2"]


def test_cloud_firewalls_are_as_open_as_the_machines_own() -> None:
    """Every door that a machine's nftables opens is open in its Cloud Firewall, too."""
    site = inventory()
    scene = Scene(inventory=site, keyring=Keyring(Path()), places=placed(site))
    asked = want()
    for linode in asked.linodes:
        [wall] = [w for w in asked.firewalls if w.label == linode.firewall]
        for door in doors(scene, scene.places[linode.name]):
            for port, network in product(door.ports, door.networks):
                assert _open(wall, port, network), (linode.name, door)


def _open(wall: WantedFirewall, port: int, network: str) -> bool:
    """Whether a rule lets this whole network in at the port."""
    return any(
        ipaddress.ip_network(network).subnet_of(ipaddress.ip_network(one))  # type: ignore[arg-type]
        for rule in wall.rules
        if str(port) in (rule.ports or "").split(",")
        for one in rule.ipv4
    )


def test_etcd_and_postgresql_are_open_to_nobody_outside() -> None:
    """Operators may reach SSH, the webhook and the pages alone."""
    asked = want()
    outside = {
        rule.label: rule.ipv4
        for wall in asked.firewalls
        for rule in wall.rules
        if "203.0.113.0/24" in rule.ipv4
    }
    assert set(outside) == {"pgbaton-icmp", "pgbaton-ssh", "pgbaton-web"}


def test_a_host_elsewhere_is_not_ours_to_create() -> None:
    """A shop that runs already keeps its machine; one in the subnet is made, and serves the world."""
    host = '\n[hosts.{}]\naddress = "{}"\nuser = "deploy"\nhost_keys = ["ssh-ed25519 AAAA"]\n'
    more = host.format("old", "192.0.2.9") + host.format("web1", "10.0.0.41")
    asked = wanted(
        inventory("[deploy]", '[deploy]\nnetworks = ["10.0.0.0/24", "192.0.2.8/29"]', more=more)
    )
    assert asked.elsewhere == {"old": "192.0.2.9"}
    assert [one.label for one in asked.linodes if "host" in one.roles] == ["pgbaton-web1"]
    [wall] = [w for w in asked.firewalls if w.label == "pgbaton-host"]
    assert wall.rules[-1].ports == "80,443"
    assert wall.rules[-1].ipv4 == ("0.0.0.0/0",)


def test_a_network_of_ours_outside_the_subnet_is_a_way_in() -> None:
    """A bastion's or an office's, where nobody is named as an operator."""
    asked = want('operators = ["203.0.113.0/24"]', 'networks = ["10.0.0.0/24", "10.8.0.0/24"]')
    assert len(asked.linodes) == 6


def test_user_data_is_never_shown() -> None:
    """It may hold the machine's host key."""
    asked = wanted(inventory(), user_data={"pg1": "#cloud-config\nsecret: beef\n"})
    assert asked.linodes[3].user_data.endswith("beef\n")
    assert "beef" not in repr(asked)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('[provision]\nregion = "us-ord"\n', ""), "does not say where to create anything"),
        (('region = "us-ord"', 'region = "us-ord"\ntags = []'), "tags is empty"),
        (
            ('label = "shop-front"', 'label = "shop-front"\ntags = []'),
            "anybody's of its label would be taken for ours",
        ),
        (
            ('region = "us-ord"', 'region = "us-ord"\nauthorized_keys = ["hello"]'),
            "number 1 is no public SSH key",
        ),
        (
            (
                'region = "us-ord"',
                'region = "us-ord"\nauthorized_keys = ["ssh-ed25519 AAAA a", "ssh-rsa AAAA a\\nssh-rsa AAAA"]',
            ),
            "number 2 is no public SSH key",
        ),
        (('operators = ["203.0.113.0/24"]', ""), "nobody outside the new machines could log in"),
        (
            ("", "narrow"),
            "pg1 cannot have the address 10.0.0.21: it is not in",
        ),
        (
            ("", "reserved"),
            "ctl1 cannot have the address 10.0.0.1: it is one of the first two",
        ),
    ],
    ids=[
        "no table",
        "no tags",
        "no mark",
        "no key",
        "two keys",
        "no way in",
        "outside",
        "reserved",
    ],
)
def test_what_cannot_come_about_is_said_before_anything_is_asked(
    change: tuple[str, str], reason: str
) -> None:
    """With the reason, and what to write instead."""
    old, new = change
    table = inventory(old, new) if old else _unchecked(new)
    with pytest.raises(CannotProvision, match=reason) as caught:
        wanted(table)
    assert caught.value.remedy


def _unchecked(how: str) -> Inventory:
    """An inventory whose addresses nobody has looked at."""
    table = inventory()
    assert table.provision is not None
    if how == "narrow":
        made = table.provision.model_copy(update={"subnet": "10.0.0.0/28"})
        return table.model_copy(update={"provision": made})
    ctl = table.machines["ctl1"].model_copy(update={"address": "10.0.0.1"})
    return table.model_copy(update={"machines": {**table.machines, "ctl1": ctl}})


def test_a_firewalls_label_that_is_too_long_is_refused() -> None:
    """A machine that is everything under a long prefix: 32 characters are not enough."""
    roles = '[machines.pg1]\nruns = ["worker"]\n[machines.ctl1]'
    table = inventory("[machines.ctl1]", roles)
    made = table.provision.model_copy(update={"prefix": "a-very-long-prefix-21"})  # type: ignore[union-attr]
    etcd = table.etcd["main"].model_copy(
        update={"machines": {**table.etcd["main"].machines, "pg1": "10.0.0.21"}}
    )
    wide = table.model_copy(update={"provision": made, "etcd": {"main": etcd}})
    with pytest.raises(CannotProvision, match="37 characters, and Linode allows 32"):
        wanted(wide)


def test_user_data_beyond_linodes_limit_is_refused() -> None:
    """Before the first request, not by the last machine's."""
    with pytest.raises(CannotProvision, match="user data of pg1 has 16385 bytes"):
        wanted(inventory(), user_data={"pg1": "x" * 16_385})
