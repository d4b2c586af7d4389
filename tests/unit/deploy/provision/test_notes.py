"""What only Linode knew comes into the inventory, and everything else in it stays."""

import tomllib
from dataclasses import replace

import pytest

from deploy.provision import Found, notes
from deploy.provision.writing import CannotNote, written
from jobs.inventory import Inventory, load_inventory
from tests.unit.deploy.provision.values import TEXT, inventory, standing, want


def test_what_is_lacking_is_noted_and_no_more() -> None:
    """Labels of members, the NodeBalancer's address, region and subnet, and where push goes."""
    asked = want()
    found = notes(inventory(), asked, standing(asked))
    told = [str(note) for note in found]
    assert told[:5] == [
        '[clusters.shop.linodes] pg1 = "pgbaton-pg1"',
        '[clusters.shop.linodes] pg2 = "pgbaton-pg2"',
        '[nodebalancers.front] address = "192.0.2.1"',
        '[nodebalancers.front] region = "us-ord"',
        f"[nodebalancers.front] subnet_id = {standing(asked).vpcs['pgbaton'].subnets[0].id}",
    ]
    assert len(told) == 5 + 6
    assert all(line.startswith("[machines.") and " ssh = " in line for line in told[5:])


def test_written_they_are_lacking_no_more_and_every_comment_stays() -> None:
    """The text is the same but for added lines, and it is an inventory still."""
    asked = want()
    text = TEXT.replace('label = "shop-front"', 'label = "shop-front"   # in front of it')
    after = written(text, notes(inventory(), asked, standing(asked)))
    table = load_inventory(after)
    assert isinstance(table, Inventory), table
    assert notes(table, asked, standing(asked)) == ()
    rest = iter(after.splitlines())
    assert all(line in rest for line in text.splitlines() if line), "a line is gone, or moved"


def test_tables_of_any_shape_take_them() -> None:
    """A cluster on one line, labels in a table of their own, machines without a table."""
    text = '[clusters]\nshop = { etcd = "main" }\n[clusters2.x]\ny = 1 # kept\n'
    asked = want()
    after = tomllib.loads(written(text, notes(inventory(), asked, standing(asked))))
    assert after["clusters"]["shop"]["linodes"]["pg1"] == "pgbaton-pg1"
    assert after["machines"]["ctl1"]["ssh"].startswith("198.51.100.")
    assert after["nodebalancers"]["front"]["address"] == "192.0.2.1"


@pytest.mark.parametrize(
    "text",
    [
        'clusters.shop.scope = "shop"\nnodebalancers.front.label = "x"\n[redis]\nurl = "x"\n',
        '[clusters]\nshop.scope = "shop"\nshop.mux.port = 1\n',
        "clusters = 7\n",
        "not = [toml",
    ],
    ids=["dotted", "dotted below", "no table", "broken meanwhile"],
)
def test_where_a_line_would_change_its_meaning_nothing_is_written(text: str) -> None:
    """A table put between dotted keys would take those behind it for its own."""
    asked = want()
    with pytest.raises(CannotNote):
        written(text, notes(inventory(), asked, standing(asked)))


def test_an_address_that_went_with_a_deleted_thing_is_noted_anew() -> None:
    """Push would knock at a stranger's machine, and applications at a stranger's balancer."""
    asked = want()
    there = standing(asked)
    written_once = load_inventory(written(TEXT, notes(inventory(), asked, there)))
    assert isinstance(written_once, Inventory)
    assert [str(n) for n in notes(written_once, asked, _reborn(there))] == [
        '[nodebalancers.front] address = "192.0.2.77"',
        '[machines.ctl1] ssh = "198.51.100.77"',
    ]


def test_backends_of_its_own_are_not_put_into_our_subnet() -> None:
    """The table says where its nodes are; with our subnet_id Linode would look for them in the VPC."""
    own = 'label = "shop-front"\nbackends = { pg1 = "192.168.1.21", pg2 = "192.168.1.22" }'
    asked = want('label = "shop-front"', own)
    table = inventory('label = "shop-front"', own)
    keys = [n.key for n in notes(table, asked, standing(asked)) if n.table[0] == "nodebalancers"]
    assert keys == ["address", "region"]


@pytest.mark.parametrize("ssh", ["10.9.9.9", "203.0.113.5:2201", "ctl1.example.com", "203.0.113.6"])
def test_a_way_that_people_chose_stays(ssh: str) -> None:
    """A jump host's network, a forwarder's port, a name, another address of the same machine."""
    asked = want()
    table = inventory("[machines.ctl1]", f'[machines.ctl1]\nssh = "{ssh}"')
    found = notes(table, asked, _reborn(standing(asked), "203.0.113.6"))
    assert [n for n in found if n.table == ("machines", "ctl1")] == []


def _reborn(there: Found, *more: str) -> Found:
    """With another ctl1 and another NodeBalancer of the same names."""
    born = "198.51.100.77"
    ctl1 = replace(there.linodes["pgbaton-ctl1"], public=born, ipv4=(born, *more))
    front = replace(there.balancers["shop-front"], ipv4="192.0.2.77")
    return replace(
        there,
        linodes={**there.linodes, ctl1.label: ctl1},
        balancers={**there.balancers, front.label: front},
    )
