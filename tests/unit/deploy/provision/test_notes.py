"""What only Linode knew comes into the inventory, and everything else in it stays."""

import tomllib

from deploy.provision import notes
from deploy.provision.writing import written
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
