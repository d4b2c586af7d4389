"""What was reported, as people read it: by its type, and whatever a sender makes of it."""

from __future__ import annotations

import pytest

from jobs.event import LEADER_KEY, LINODE_EVENT, NODE_STATUS, OPERATOR, Scalar
from jobs.hearsay import reported

NODE = {"balancer": "shop", "member": "pg1", "address": "10.0.0.1:5432", "mode": "accept"}
STRANGER = {"balancer": "shop", "label": "old", "address": "10.0.0.9:5432", "mode": "accept"}


@pytest.mark.parametrize(
    ("type_", "data", "sentence"),
    [
        (
            NODE_STATUS,
            {**NODE, "status": "DOWN", "was": "UP"},
            "NodeBalancer shop: pg1 is DOWN (was UP)",
        ),
        (
            NODE_STATUS,
            {**NODE, "status": "UP", "was": "UP", "mode": "reject", "mode_was": "accept"},
            "NodeBalancer shop: pg1 is UP, in mode reject (was accept)",
        ),
        (
            NODE_STATUS,
            {**NODE, "status": "DOWN", "was": "UP", "mode": "drain"},
            "NodeBalancer shop: pg1 is DOWN (was UP), in mode drain",
        ),
        (NODE_STATUS, {**NODE, "status": "UP"}, "NodeBalancer shop: pg1 is a node now, UP"),
        (
            NODE_STATUS,
            {**NODE, "status": "gone", "was": "UP", "mode": None},
            "NodeBalancer shop: pg1 is gone (was UP)",
        ),
        (
            NODE_STATUS,
            {**STRANGER, "status": "UP", "was": "DOWN"},
            "NodeBalancer shop: old at 10.0.0.9:5432, which is no member, is UP (was DOWN)",
        ),
        (
            NODE_STATUS,
            {"balancer": "shop", "status": "missing", "was": "there"},
            "NodeBalancer shop: it is gone at Linode",
        ),
        (
            NODE_STATUS,
            {"balancer": "shop", "status": "portless", "was": "there"},
            "NodeBalancer shop: it has no configuration for its port any more",
        ),
        (
            NODE_STATUS,
            {"balancer": "shop", "status": "there", "was": "missing"},
            "NodeBalancer shop: it is there again",
        ),
        (
            LINODE_EVENT,
            {"action": "host_reboot", "status": "started", "member": "pg1", "label": "db-1"},
            "Linode: host_reboot of pg1 (started)",
        ),
        (
            LINODE_EVENT,
            {"action": "nodebalancer_delete", "status": "notification", "balancer": "shop"},
            "Linode: nodebalancer_delete of NodeBalancer shop (notification)",
        ),
        (LINODE_EVENT, {"action": "linode_boot", "label": "db-1"}, "Linode: linode_boot of db-1"),
        (LEADER_KEY, {"member": None}, "etcd.leader: nobody holds the key"),
        (LEADER_KEY, {"member": "pg1", "epoch": 4}, "etcd.leader: pg1 4"),
        (OPERATOR, {"why": "practice"}, "operator.request: practice"),
        (NODE_STATUS, {"colour": "blue"}, "nodebalancer.status"),
        (LINODE_EVENT, {}, "linode.event"),
    ],
)
def test_an_event_is_a_sentence(type_: str, data: dict[str, Scalar], sentence: str) -> None:
    """One that fits its type, or the words that are known where its data are others."""
    assert reported({"sender": "x", "type": type_, "data": data}) == f"x reports {sentence}"
