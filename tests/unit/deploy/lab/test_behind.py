"""The invariants of a shop behind a NodeBalancer: its address stays, its restarts do not."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from deploy.lab import layout
from deploy.lab.drill.history import Boot, History, HostHistory
from deploy.lab.drill.invariants import check_all
from deploy.lab.drill.times import redirects
from deploy.lab.inventory import PROFILES, endpoints_of, inventory_toml
from deploy.lab.keys import make_secrets
from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.inventory import Inventory, load_inventory
from tests.unit.deploy.lab import histories as h

FRONT = "10.77.0.71"
BEHIND = HostHistory(
    name="shop2",
    file=FRONT,
    running=FRONT,
    behind=FRONT,
    boots=(Boot(at=20.0, db_host=FRONT), Boot(at=126.0, db_host=FRONT)),
    fences=(h.FIRST, h.SECOND),
)
DRAFTS = (
    *h.DRAFTS,
    (12.55, h.host("shop2", "unchanged", h.FIRST)),
    (127.0, h.host("shop2", "changed", h.SECOND)),
)
GOOD = replace(
    h.telling(h.GOOD, DRAFTS),
    hosts=(h.SHOP, BEHIND),
    counter="counter",
    orders=(
        *h.GOOD.orders,
        h.order("b-1", at=99.0, member=h.OLD, shop="shop2"),
        h.order("b-2", at=127.0, member=h.NEW, shop="shop2"),
        h.order("c-1", at=125.0, member=h.NEW, shop="counter"),
    ),
    stored=h.GOOD.stored | {"b-1", "b-2", "c-1"},
)


def _broken(history: History) -> list[str]:
    return [one.evidence for one in check_all(history) if not one.held]


def test_both_endpoints_at_once_keep_every_word() -> None:
    """One shop at the leader, one behind the balancer, somebody without a shop: all holds."""
    assert _broken(GOOD) == []


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (replace(BEHIND, file=h.NEW), "shop2: its file says 10.77.0.22, the NodeBalancer is"),
        (replace(BEHIND, running=None), "shop2: its shop runs with None"),
        (replace(BEHIND, boots=BEHIND.boots[:1]), "shop2: never restarted, although the leader"),
        (
            replace(BEHIND, boots=(*BEHIND.boots, Boot(at=140.0, db_host=FRONT))),
            "shop2: restarted to 10.77.0.71, which no new epoch asked for",
        ),
    ],
    ids=["file", "running", "never-restarted", "twice"],
)
def test_what_does_not_follow_behind_it_is_named(host: HostHistory, said: str) -> None:
    """A moved address, a shop that was not restarted, or twice."""
    assert any(said in one for one in _broken(replace(GOOD, hosts=(h.SHOP, host))))


def test_an_order_through_it_by_a_member_that_did_not_lead_is_named() -> None:
    """Whoever orders through the balancer counts like everybody else."""
    foreign = h.order("c-2", at=130.0, member=h.OLD, shop="counter")
    history = replace(GOOD, orders=(*GOOD.orders, foreign), stored=GOOD.stored | {"c-2"})
    assert any("order c-2 was acknowledged by" in one for one in _broken(history))


@pytest.mark.parametrize("kind", [Kind.BALANCER, Kind.DNS])
def test_a_change_at_linode_needs_a_verdict_too(kind: Kind) -> None:
    """Before anybody was confirmed under that fence, nothing there may be changed."""
    third = Fence(system=h.SECOND.system, pg_timeline=3, epoch=50)
    facts: dict[str, Any] = {"outcome": "changing", "fence": asdict(third), "change": "set pg1"}
    early = Draft(id="early", kind=kind, evidence=facts)
    drafts = sorted([*DRAFTS, (128.0, early)], key=lambda one: one[0])
    broken = _broken(replace(GOOD, entries=h.chain(drafts)))
    assert any("something at Linode was changed" in one for one in broken)


def test_the_ways_to_the_new_leader_stand_side_by_side() -> None:
    """Each from the same moment: the new leader's first writable one."""
    assert {one.who: one.seconds for one in redirects(GOOD)} == {
        "shop1": 1.71,
        "shop2": 6.71,
        "counter": 4.71,
        "shop3": None,
    }


@pytest.mark.parametrize(("word", "targets"), [
    ("leader", {"shop1", "shop2"}),
    ("both", {"shop1", "nodebalancer:front", "shop2@front"}),
    ("nodebalancer", {"nodebalancer:front", "shop1@front", "shop2@front"}),
])  # fmt: skip
def test_the_lab_s_inventory_points_its_shops(word: str, targets: set[str]) -> None:
    """With nobody behind it there is no NodeBalancer either."""
    secrets = make_secrets(
        senders=(*layout.MEMBERS, "watch", "probe"), hosts=(*layout.SHOPS, *layout.UNMANAGED)
    )
    text = inventory_toml(profile=PROFILES["lab"], secrets=secrets, endpoints=endpoints_of(word))
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory), str(loaded)
    assert set(loaded.targets_of(layout.CLUSTER)) == targets
