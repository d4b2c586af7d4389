"""What `pgbaton check` says of the probe: an inventory with NodeBalancers needs its key and its sender."""

import json
from secrets import token_bytes

import pytest

from jobs.signatures import key_pair
from tests.unit.deploy.cli.desk import Operator
from tests.unit.deploy.cli.test_check import INVENTORY

BALANCED = (
    INVENTORY
    + """
[nodebalancers.front]
cluster = "shop"
label = "nb-shop"
backends = { pg1 = "10.0.0.1" }
[senders.pg1]
clusters = ["shop"]
hmac = true
"""
)


def _told(ann: Operator, text: str) -> dict[str, dict[str, str]]:
    """Everything lacking and worth a look about the probe, by path."""
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    told = json.loads(ann.types("check", str(file), "--json").stdout)
    kinds = ("lacking", "warnings")
    return {kind: {one["path"]: one["reason"] for one in told[kind]} for kind in kinds}


def _sender(public: str, cluster: str = "shop") -> str:
    return f'[senders.probe]\nclusters = ["{cluster}"]\nkeys = ["{public}"]\n'


def test_a_probe_that_may_not_speak_is_told(ann: Operator) -> None:
    """NodeBalancers without [senders.probe]: what becomes of their nodes would be refused."""
    told = _told(ann, BALANCED)
    assert "nobody may say" in told["warnings"]["senders.probe"]
    assert "sender-key-probe" in told["lacking"]["senders.probe"]


def test_an_inventory_without_balancers_needs_no_probe(ann: Operator) -> None:
    """Where nothing is to be probed, nothing is said of it."""
    told = _told(ann, INVENTORY)
    assert "senders.probe" not in {**told["warnings"], **told["lacking"]}


def test_a_probe_must_be_heard_for_its_own_clusters(ann: Operator) -> None:
    """The webhook asks which clusters a sender may speak of."""
    pair = key_pair(token_bytes(32))
    text = (
        BALANCED + '[clusters.bare]\netcd = "main"\nscope = "bare"\n' + _sender(pair.public, "bare")
    )
    assert "shop" in _told(ann, text)["warnings"]["senders.probe.clusters"]
    heard = _told(ann, BALANCED + _sender(pair.public))["warnings"]
    assert not [path for path in heard if path.startswith("senders.probe")]


@pytest.mark.parametrize("private", ["whsk_bad", "another"], ids=["broken", "another"])
def test_a_key_that_nobody_would_believe_is_told(ann: Operator, private: str) -> None:
    """One that is none, and one whose public half the inventory does not list."""
    pair, other = key_pair(token_bytes(32)), key_pair(token_bytes(32))
    word = other.private if private == "another" else private
    ann.desk.environ = {"PGBATON_SENDER_KEY_PROBE": word}
    assert "senders.probe" in _told(ann, BALANCED + _sender(pair.public))["lacking"]
    ann.desk.environ = {"PGBATON_SENDER_KEY_PROBE": pair.private}
    assert "senders.probe" not in _told(ann, BALANCED + _sender(pair.public))["lacking"]
