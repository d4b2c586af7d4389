"""An IPv6 address has many spellings: what is the same must not look like drift."""

from dataclasses import replace

from jobs.balancer.drift import repairs
from jobs.balancer.found import FoundNode
from jobs.balancer.wanted import wanted
from jobs.inventory import Address
from tests.unit.jobs.balancer.values import found, inventory_of

SPELT = """
[clusters.shop.machines]
pg1 = "2001:DB8:0:0::0011"
pg2 = "10.0.0.2"
[clusters.shop.mux]
[nodebalancers.front]
cluster = "shop"
label = "shop-front"
backends = { pg2 = "2001:0db8::0012" }
"""


def test_an_address_is_one_however_it_is_written() -> None:
    """Machines and backends stand in the inventory as people write them, at Linode as it likes."""
    want = wanted(inventory_of(SPELT), "front")
    assert [n.address.host for n in want.nodes] == ["2001:db8::11", "2001:db8::12"]
    nodes = (
        FoundNode(id=1, label="pg1", address=Address(host="2001:db8::11")),
        FoundNode(id=2, label="pg2", address=Address(host="2001:db8::12")),
    )
    assert repairs(replace(want, settings={}), found(nodes)) == ()
