"""What becomes of each thing, by what stands at Linode."""

from dataclasses import replace

import pytest

from deploy.provision import Found, plan
from deploy.provision.found import FoundLinode, FoundWall
from deploy.provision.steps import SetRules
from tests.unit.deploy.provision.values import Memory, line, standing, want

HAND_MADE = {
    "label": "by-hand",
    "action": "DROP",
    "protocol": "TCP",
    "ports": "8404",
    "addresses": {"ipv4": ["0.0.0.0/0"]},
}


def linode(found: Found, label: str, **more: object) -> Found:
    """The account with something else about one Linode."""
    one: FoundLinode = replace(found.linodes[label], **more)  # type: ignore[arg-type]
    return replace(found, linodes={**found.linodes, label: one})


def firewall(found: Found, label: str, **more: object) -> Found:
    """The account with something else about one firewall."""
    one: FoundWall = replace(found.walls[label], **more)  # type: ignore[arg-type]
    return replace(found, walls={**found.walls, label: one})


def test_from_nothing_everything_is_created_and_the_first_things_first() -> None:
    """What needs another thing waits for it, and says for which."""
    items = plan(want(), Found())
    assert {item.verdict for item in items} == {"create"}
    ready = [item.kind for item in items if item.ready]
    assert ready == ["placement group"] * 2 + ["VPC"] + ["firewall"] * 3
    waits = {item.label: item.step.needs for item in items if not item.ready}  # type: ignore[union-attr]
    assert waits["pgbaton-pg1"] == (
        "the subnet",
        "firewall pgbaton-db",
        "placement group pgbaton-db-shop",
    )
    assert "pgbaton-pg2" in waits["shop-front"]


def test_what_stands_is_left() -> None:
    """A second run finds nothing to do."""
    asked = want()
    assert {item.verdict for item in plan(asked, standing(asked))} == {"leave"}


@pytest.mark.parametrize("order", [0, -1], ids=["first step first", "last step first"])
def test_wherever_it_stops_the_next_run_ends_the_same(order: int) -> None:
    """After every single step it may stop: planned anew from there, each thing is made once."""
    asked, memory = want(), Memory()
    while ready := [item for item in plan(asked, memory.found) if item.ready]:
        memory.make(ready[order].step)  # type: ignore[arg-type]
        assert len(memory.made) < 40
    labels = [getattr(getattr(step, "want", step), "label", "") for step in memory.made]
    others = [label for label in labels if label != "shop-front"]
    assert len(others) == len(set(others)) == 2 + 1 + 3 + 6 + 1
    assert {item.verdict for item in plan(asked, memory.found)} == {"leave"}


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"region": "us-east"}, "region", "its region is us-east, wanted us-ord"),
        ({"type": "g6-nanode-1"}, "type", "its type is g6-nanode-1, wanted g6-standard-2"),
        ({"image": "linode/debian11"}, "image", "its image is linode/debian11"),
        ({"address": "10.0.0.99"}, "address", "its VPC address is 10.0.0.99, wanted 10.0.0.21"),
        ({"address": None}, "address", "its VPC address is none"),
        ({"group": None}, "not-in-group", "is not in placement group pgbaton-db-shop"),
    ],
)
def test_a_linode_that_differs_is_named_and_left(
    changed: dict[str, object], reason: str, told: str
) -> None:
    """Only people can rebuild or move a machine."""
    asked = want()
    item = line(asked, linode(standing(asked), "pgbaton-pg1", **changed), "pgbaton-pg1")
    assert (item.verdict, item.reason, item.step) == ("differs", reason, None)
    assert told in item.detail


def test_what_has_our_label_but_not_our_tag_is_somebody_elses() -> None:
    """It is refused by name, and nothing of it is touched."""
    asked = want()
    there = standing(asked)
    balancer = replace(there.balancers["shop-front"], tags=("other",))
    group = replace(there.groups["pgbaton-db-shop"], linodes=frozenset({4711}))
    vpc = replace(there.vpcs["pgbaton"], description="the office")
    there = linode(there, "pgbaton-pg1", tags=())
    there = firewall(there, "pgbaton-db", tags=("web",))
    there = replace(
        there,
        balancers={"shop-front": balancer},
        groups={**there.groups, "pgbaton-db-shop": group},
        vpcs={"pgbaton": vpc},
    )
    foreign = [item for item in plan(asked, there) if item.verdict == "foreign"]
    assert [(item.kind, item.label) for item in foreign] == [
        ("placement group", "pgbaton-db-shop"),
        ("VPC", "pgbaton"),
        ("firewall", "pgbaton-db"),
        ("Linode", "pgbaton-pg1"),
        ("NodeBalancer", "shop-front"),
    ]
    assert all(item.step is None for item in foreign)


def test_a_machine_without_a_firewall_is_put_behind_ours() -> None:
    """It is the one thing of a Linode that is mended."""
    asked = want()
    bare = firewall(standing(asked), "pgbaton-db", devices=frozenset())
    item = line(asked, bare, "pgbaton-pg1")
    assert (item.verdict, item.reason) == ("change", "unguarded")


def test_a_machine_behind_another_firewall_stays_there() -> None:
    """Linode allows one: whoever put it there had a reason."""
    asked = want()
    there = standing(asked)
    number = there.linodes["pgbaton-pg1"].id
    other = firewall(there, "pgbaton-db", devices=frozenset())
    other = firewall(other, "pgbaton-etcd", devices=frozenset({("linode", number)}))
    item = line(asked, other, "pgbaton-pg1")
    assert (item.verdict, item.reason) == ("differs", "guarded-by-another")


def test_rules_that_drifted_are_set_and_others_keep_their_place() -> None:
    """What people put before ours stays before it, what they put behind stays behind."""
    asked = want()
    there = standing(asked)
    ours = there.walls["pgbaton-db"].inbound
    behind = {**HAND_MADE, "label": "last"}
    drifted = ({**ours[0], "ports": "1"}, *ours[1:])
    hurt = firewall(there, "pgbaton-db", inbound=(HAND_MADE, *drifted, behind))
    item = line(asked, hurt, "pgbaton-db")
    assert (item.verdict, item.reason) == ("change", "rules")
    assert isinstance(item.step, SetRules)
    assert item.step.inbound == (HAND_MADE, *ours, behind)
    assert item.detail == "set icmp; 2 of others' kept"


def test_linodes_own_spelling_is_no_drift() -> None:
    """It writes blanks behind commas, sorts networks, and fills in what it was not told."""
    asked = want()
    there = standing(asked)
    spelled = tuple(
        {
            **rule,
            "ports": str(rule.get("ports") or "").replace(",", ", ") or None,
            "description": None,
            "addresses": {name: sorted(some)[::-1] for name, some in rule["addresses"].items()},
        }
        for rule in there.walls["pgbaton-control"].inbound
    )
    told = firewall(there, "pgbaton-control", inbound=spelled)
    assert line(asked, told, "pgbaton-control").verdict == "leave"


def test_a_firewall_that_was_opened_is_closed_again_and_a_disabled_one_is_named() -> None:
    """A policy is ours; whether it is enabled somebody decided at Linode."""
    asked = want()
    there = standing(asked)
    opened = firewall(there, "pgbaton-db", policies=("ACCEPT", "ACCEPT"))
    assert line(asked, opened, "pgbaton-db").detail == "set policies ACCEPT/ACCEPT"
    off = firewall(there, "pgbaton-db", enabled=False)
    assert line(asked, off, "pgbaton-db").reason == "disabled"


def test_a_new_machine_is_let_in_at_the_balancer() -> None:
    """The firewall before it knows machines by their public addresses."""
    asked = want()
    there = standing(asked)
    moved = linode(there, "pgbaton-ctl1", public="198.51.100.250")
    item = line(asked, moved, "pgbaton-front")
    assert (item.verdict, item.detail) == ("change", "set front")
    assert isinstance(item.step, SetRules)
    assert "198.51.100.250/32" in item.step.inbound[0]["addresses"]["ipv4"]


def test_a_subnet_that_is_lacking_is_added_and_another_one_is_named() -> None:
    """Of our VPC; a subnet of our label with other addresses cannot be changed."""
    asked = want()
    there = standing(asked)
    bare = replace(there.vpcs["pgbaton"], subnets=())
    items = [i for i in plan(asked, replace(there, vpcs={"pgbaton": bare})) if i.label == "pgbaton"]
    assert [(i.kind, i.verdict) for i in items] == [("subnet", "create")]
    [subnet] = there.vpcs["pgbaton"].subnets
    other = replace(bare, subnets=(replace(subnet, network="10.9.0.0/24"),))
    [item] = [
        i for i in plan(asked, replace(there, vpcs={"pgbaton": other})) if i.label == "pgbaton"
    ]
    assert (item.verdict, item.reason) == ("differs", "network")


def test_a_balancer_that_serves_gets_its_lost_node_and_keeps_its_check() -> None:
    """A check under traffic is another command's, with its precautions."""
    asked = want()
    there = standing(asked)
    balancer = there.balancers["shop-front"]
    [config] = balancer.configs
    hurt = replace(
        config, nodes=config.nodes[:1], settings={**config.settings, "check_path": "/health"}
    )
    found = replace(there, balancers={"shop-front": replace(balancer, configs=(hurt,))})
    items = [i for i in plan(asked, found) if i.label == "shop-front"]
    assert [(i.verdict, i.reason) for i in items] == [
        ("change", "incomplete"),
        ("differs", "settings"),
    ]
    assert "pgbaton nodebalancer apply front --plan" in items[1].detail


def test_what_is_in_the_way_keeps_all_that_needs_it_waiting() -> None:
    """A VPC in another region: no machine is made elsewhere, and the balancer waits, too."""
    asked = want()
    there = standing(asked)
    vpc = replace(there.vpcs["pgbaton"], region="us-east")
    found = replace(there, vpcs={"pgbaton": vpc}, linodes={})
    items = plan(asked, found)
    assert not any(item.ready for item in items)
    assert line(asked, found, "pgbaton-pg1").step is not None
    assert line(asked, found, "shop-front").verdict == "change"
