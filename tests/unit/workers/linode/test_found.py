"""From Linode's JSON to values: by table where it is right, by law where it is anything."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Rule
from jobs.inventory import Address
from jobs.ports import LinodeUnavailable
from workers.linode.found import balancer_of, config_of, firewall_of, is_indirect, node_of
from workers.linode.rows import Row

NODE = {
    "id": 3,
    "label": "pg1",
    "address": "192.168.1.11:5432",
    "mode": "drain",
    "status": "UP",
    "weight": 50,
}
CONFIG = {"id": 2, "port": 5432, "protocol": "tcp", "check_passive": False, "check_interval": 5}
BALANCER = {"id": 1, "label": "front", "region": "us-ord", "client_conn_throttle": 20}
WALL = {
    "label": "wall",
    "status": "enabled",
    "rules": {
        "inbound_policy": "DROP",
        "inbound": [{"action": "ACCEPT", "protocol": "TCP", "ports": "22", "addresses": {}}],
    },
}


def _firewall(members: object) -> FoundFirewall:
    row = Row("firewall", members)
    is_indirect(row.row("rules"))
    return firewall_of(row, row.row("rules"))


READ: dict[str, tuple[dict[str, object], Callable[[object], object]]] = {
    "node": (dict(NODE), lambda members: node_of(Row("node", members))),
    "configuration": (dict(CONFIG), lambda members: config_of(Row("configuration", members), ())),
    "balancer": (dict(BALANCER), lambda members: balancer_of(Row("NodeBalancer", members), ())),
    "firewall": (dict(WALL), _firewall),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_node_is_read_whole() -> None:
    """Every member that the jobs decide by."""
    assert node_of(Row("node", NODE)) == FoundNode(
        id=3,
        label="pg1",
        address=Address(host="192.168.1.11", port=5432),
        mode="drain",
        status="UP",
        weight=50,
    )


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("UP", "UP"),
        ("DOWN", "DOWN"),
        ("Unknown", "unknown"),
        ("unknown", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_neither_up_nor_down_is_unknown(told: str, read: str) -> None:
    """Linode's document and its answers spell it differently; neither is a "no"."""
    assert node_of(Row("node", {**NODE, "status": told})).status == read


def test_a_configuration_has_settings_and_no_secrets() -> None:
    """All that is a text, a number or a truth; nothing of a certificate's key."""
    more = {
        "ssl_key": "secret",
        "ssl_cert": "long",
        "nodes_status": {"up": 1},
        "ssl_commonname": "",
    }
    assert config_of(Row("configuration", {**CONFIG, **more}), ()) == FoundConfig(
        id=2,
        port=5432,
        settings={
            "protocol": "tcp",
            "check_passive": False,
            "check_interval": 5,
            "ssl_commonname": "",
        },
    )


def test_a_balancer_may_leave_out_what_is_usual() -> None:
    """An older API tells no type, and a new balancer may have no address yet."""
    assert balancer_of(Row("NodeBalancer", BALANCER), ()) == FoundBalancer(
        id=1, label="front", region="us-ord", throttle=20
    )


def test_a_firewall_is_read_with_its_rules() -> None:
    """In their order, since the first match wins."""
    rule = Rule(action="ACCEPT", protocol="TCP", ports="22", addresses=())
    assert _firewall(WALL) == FoundFirewall(label="wall", policy="DROP", inbound=(rule,))


@pytest.mark.parametrize("kind", READ)
@given(members=JSON)
def test_any_json_is_a_value_or_a_reason(kind: str, members: object) -> None:
    """Nothing that answers in Linode's place makes us fall over."""
    _value_or_reason(READ[kind][1], members)


@pytest.mark.parametrize("kind", READ)
@given(data=st.data())
def test_any_member_may_be_anything(kind: str, data: st.DataObject) -> None:
    """Right but for one member: a value or a reason."""
    whole, read = READ[kind]
    name = data.draw(st.sampled_from(sorted(whole)))
    _value_or_reason(read, {**whole, name: data.draw(JSON)})


def _value_or_reason(read: Callable[[object], object], members: object) -> None:
    try:
        read(members)
    except LinodeUnavailable:
        return


@given(host=st.ip_addresses(), port=st.integers(1, 65535))
def test_an_address_comes_out_as_it_went_in(host: object, port: int) -> None:
    """Whatever IP it is: what we write of a node is what we read of it."""
    address = Address(host=str(host), port=port)
    assert node_of(Row("node", {**NODE, "address": str(address)})).address == address
