"""What differs is named field by field, what can be mended is, and nothing is ever removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.balancer.change import (
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
)
from jobs.balancer.drift import differences, repairs
from jobs.balancer.found import FoundBalancer
from tests.unit.jobs.balancer.values import ENFORCED, WANT, found, node, nodes


def test_as_wanted_needs_nothing() -> None:
    """A NodeBalancer that is right differs in nothing and is left alone."""
    assert (differences(WANT, found()), repairs(WANT, found())) == ((), ())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("check_interval", 31, "port 5432: check_interval is 31, must be 5"),
        ("check_timeout", 30, "port 5432: check_timeout is 30, must be 2"),
        ("check_path", "/health", "port 5432: check_path is /health, must be /primary"),
        ("check", "connection", "port 5432: check is connection, must be http"),
        ("check_passive", True, "port 5432: check_passive is true, must be false"),
        ("proxy_protocol", "v1", "port 5432: proxy_protocol is v1, must be none"),
        ("algorithm", "source", "port 5432: algorithm is source, must be roundrobin"),
    ],
)
def test_a_drifted_setting_is_named_and_mended_alone(field: str, value: object, said: str) -> None:
    """The sentence holds what is and what must be; the change holds that field only."""
    has = found(**{field: value})  # type: ignore[arg-type]  # one of its settings
    assert [str(d) for d in differences(WANT, has)] == [said]
    [change] = repairs(WANT, has)
    assert isinstance(change, SetConfig)
    assert change.settings == {field: WANT.settings[field]}


def test_a_setting_that_linode_does_not_show_is_set() -> None:
    """A field that the answer lacks is no match by accident."""
    config = found().configs[0]
    less = {k: v for k, v in config.settings.items() if k != "check_attempts"}
    has = replace(found(), configs=(replace(config, settings=less),))
    assert "check_attempts is not set, must be 3" in str(differences(WANT, has)[0])


def test_a_missing_node_is_restored() -> None:
    """Linode drops the node of a machine that was deleted: its member comes back as a backend."""
    has = found(nodes()[:2])
    assert [str(d) for d in differences(WANT, has)] == [
        "node pg3: address is missing, must be 10.0.0.3:5432"
    ]
    [change] = repairs(WANT, has)
    assert isinstance(change, CreateNode)
    assert (change.node.member, change.mode) == ("pg3", "accept")


def test_under_enforce_a_restored_node_takes_no_traffic_at_first() -> None:
    """Whoever may take traffic is decided by the leader, not by being new."""
    [change] = repairs(ENFORCED, found(nodes()[:2]))
    assert isinstance(change, CreateNode)
    assert change.mode == "reject"


def test_a_members_node_at_a_former_address_is_moved() -> None:
    """A member whose address changed keeps its node; no second one is made."""
    has = found((*nodes()[:2], node("pg3", host="10.9.9.9")))
    [change] = repairs(WANT, has)
    assert isinstance(change, MoveNode)
    assert (change.id, change.node.member) == (3, "pg3")
    assert [str(d) for d in differences(WANT, has)] == [
        "node pg3: address is 10.9.9.9:5432, must be 10.0.0.3:5432"
    ]


def test_a_node_that_is_no_member_is_named_and_left() -> None:
    """What pgbaton did not make it does not remove."""
    has = found((*nodes(), node("pg9", host="10.9.9.9")))
    [one] = differences(WANT, has)
    assert "node pg9: address is 10.9.9.9:5432, which is no member's" in str(one)
    assert not one.mends
    assert repairs(WANT, has) == ()


def test_a_member_that_is_there_twice_is_named_and_left() -> None:
    """Two hands made it at once: it gets twice the connections, and one is too many."""
    first, *others = nodes()
    has = found((first, *others, replace(first, id=99)))
    [one] = differences(WANT, has)
    assert f"node {first.label}: address is {first.address}, which another node has too" in str(one)
    assert not one.mends
    assert repairs(WANT, has) == ()


def test_what_is_not_there_is_made_step_by_step() -> None:
    """Balancer, configuration, nodes: each is asked for when the one before it is there."""
    assert repairs(WANT, None) == (CreateBalancer(wanted=WANT),)
    bare = FoundBalancer(id=5, label="shop-front", region="us-ord")
    [config] = repairs(WANT, bare)
    assert isinstance(config, CreateConfig)
    assert [type(c) for c in repairs(WANT, found(()))] == [CreateNode] * 3


def test_region_and_type_are_told_but_cannot_be_mended() -> None:
    """They never change at Linode."""
    has = replace(found(), region="eu-central", type="premium")
    told = differences(WANT, has)
    assert [(d.field, d.mends) for d in told] == [("region", False), ("type", False)]
    assert repairs(WANT, has) == ()
