"""What stands against a plan is said before anything is created, all of it at once."""

import pytest

from deploy.provision import Offer, Price, objections
from deploy.provision.offer import Region
from tests.unit.deploy.provision.values import want

FULL = frozenset({"VPCs", "Metadata"})
PLANS = {name: {"": Price(monthly=12, hourly=0.018)} for name in ("g6-standard-1", "g6-standard-2")}
OFFER = Offer(
    regions={
        "us-ord": Region(capabilities=FULL, strict=5, flexible=10),
        "us-old": Region(capabilities=frozenset()),
    },
    plans=PLANS,
    balancers={"nodebalancer": {"": Price(monthly=10, hourly=0.015)}},
)
ALL = "linodes:read_write vpc:read_write firewall:read_write nodebalancers:read_write"


def test_nothing_stands_against_a_good_plan() -> None:
    """With every scope by name, by area, or by the star; or where Linode does not say."""
    for scopes in (ALL, "*", "linodes:* vpc:* firewall:* nodebalancers:*", None):
        assert objections(want(), OFFER, scopes) == ()


def test_every_scope_that_is_lacking_is_named() -> None:
    """And those that are needed, since a token cannot be changed."""
    [(reason, remedy)] = objections(want(), OFFER, "linodes:read_write vpc:read_only")
    assert reason == (
        "the token lacks vpc:read_write, firewall:read_write, nodebalancers:read_write "
        "(it has linodes:read_write vpc:read_only)"
    )
    assert ALL.replace(" ", ", ") in remedy


@pytest.mark.parametrize("area", ["linodes", "vpc", "firewall", "nodebalancers"])
def test_to_read_is_not_enough(area: str) -> None:
    """Of any of them: what may only be looked at cannot be created."""
    scopes = ALL.replace(f"{area}:read_write", f"{area}:read_only")
    [(reason, _)] = objections(want(), OFFER, scopes)
    assert reason.startswith(f"the token lacks {area}:read_write (")


def test_a_token_needs_no_scope_for_what_is_not_wanted() -> None:
    """Without a NodeBalancer in the inventory there is none to create."""
    table = '[nodebalancers.front]\ncluster = "shop"\nlabel = "shop-front"\n'
    assert objections(want(table), OFFER, ALL.rpartition(" ")[0]) == ()


def test_an_unknown_region_is_told_with_what_is_like_it() -> None:
    """So is one that lacks what is needed."""
    [(reason, remedy)] = objections(want("us-ord", "us-orf"), OFFER, "*")
    assert reason == "Linode has no region 'us-orf'"
    assert remedy.endswith("us-ord or us-old?")
    [(reason, remedy)] = objections(want("us-ord", "us-old"), OFFER, "*")
    assert reason == "region us-old has no VPCs and no Metadata"
    assert remedy.endswith("such as us-ord")


def test_an_unknown_type_is_told_with_its_machines() -> None:
    """And where it would be written."""
    asked = want("[machines.ctl1]", '[machines.ctl1]\ntype = "g6-standard-3"')
    [(reason, remedy)] = objections(asked, OFFER, "*")
    assert reason == "Linode has no type 'g6-standard-3' (ctl1)"
    assert "[machines.ctl1] type" in remedy


def test_a_group_beyond_the_regions_limit_is_told() -> None:
    """Flexible groups are larger."""
    small = Offer(regions={"us-ord": Region(capabilities=FULL, strict=2, flexible=3)}, plans=PLANS)
    [(reason, remedy)] = objections(want(), small, "*")
    assert reason == "placement group pgbaton-etcd-main would hold 3 Linodes, and us-ord allows 2"
    assert remedy == 'write [provision] placement = "flexible"'


def test_a_price_is_the_regions_own_and_holds_backups() -> None:
    """One that Linode does not give is not guessed."""
    prices = {"": Price(monthly=5, hourly=0.0075), "id-cgk": Price(monthly=6, hourly=0.009)}
    prices["+backups"] = Price(monthly=1, hourly=0.0015)
    offer = Offer(plans={"g6-nanode-1": prices})
    assert offer.price("g6-nanode-1", "us-ord", backups=True) == Price(monthly=6, hourly=0.009)
    assert offer.price("g6-nanode-1", "id-cgk") == prices["id-cgk"]
    assert offer.price("nodebalancer-premium", "us-ord") is None
