"""What every Balancers keeps, in memory and at Linode's API as the double answers it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.drift import differences, repairs
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.balancer.wanted import WantedBalancer, WantedNode
from jobs.inventory import Address, NodeBalancer
from jobs.ports import LinodeUnavailable
from tests.contract.linode.accounts import WALL, Account, FakeAccount, RealAccount
from tests.contract.linode.double import Double
from tests.contract.linode.questions import BALANCER

TABLE = NodeBalancer(cluster="shop", label="shop-front", region="us-ord")


def _wanted(member: str) -> WantedNode:
    address = Address(host=f"192.168.1.1{member[-1]}", port=5432)
    return WantedNode(member=member, label=f"{member}-shop", address=address)


PG1, PG2 = _wanted("pg1"), _wanted("pg2")
WANT = replace(BALANCER, nodes=(PG1, PG2), tags=("pgbaton",))


@pytest.fixture(params=["fake", "real"])
def account(request: pytest.FixtureRequest, make_double: Callable[..., Double]) -> Account:
    """An account where nothing stands yet."""
    return FakeAccount() if request.param == "fake" else RealAccount(make_double())


def _read(account: Account) -> FoundBalancer | None:
    return account.balancers.read(TABLE, timeout=5)


def _apply(account: Account, *changes: Change) -> None:
    for change in changes:
        account.balancers.apply(change, timeout=5)


def _stand(account: Account, want: WantedBalancer = WANT) -> FoundBalancer:
    """Mend until nothing is left to mend; what stands then."""
    for _ in range(5):
        found = _read(account)
        steps = repairs(want, found)
        if not steps and found is not None:
            return found
        _apply(account, *steps)
    raise AssertionError("it does not become what is wanted")


def _config(found: FoundBalancer) -> FoundConfig:
    (config,) = found.configs
    return config


def _node(account: Account, label: str) -> FoundNode:
    found = _stand(account)
    nodes = account.balancers.nodes(found.id, _config(found), timeout=5)
    return next(n for n in nodes if n.label == label)


def test_what_does_not_stand_is_none(account: Account) -> None:
    """A label that Linode does not know is no error."""
    assert _read(account) is None


def test_repairs_build_all_that_is_wanted(account: Account) -> None:
    """From nothing, repairs lead to a NodeBalancer without a difference, and then to none."""
    found = _stand(account)
    assert differences(WANT, found) == ()
    assert (found.label, found.region, found.type) == ("shop-front", "us-ord", "common")
    assert (found.throttle, found.tags) == (0, ("pgbaton",))
    assert found.ipv4 is not None
    assert [n.status for n in _config(found).nodes] == ["unknown", "unknown"]


def test_nothing_is_made_twice(account: Account) -> None:
    """A balancer is known by its label, a configuration by its port, a node by its address."""
    found = _stand(account)
    config = _config(found)
    _apply(
        account,
        CreateBalancer(wanted=WANT),
        CreateConfig(balancer=found.id, port=5432, settings=WANT.settings),
        CreateNode(
            balancer=found.id, config=config.id, node=replace(PG1, label="other"), mode="accept"
        ),
    )
    assert _read(account) == found


def test_a_node_says_how_it_fares(account: Account) -> None:
    """What the health check found shows at the next look."""
    _stand(account)
    account.fare("pg1-shop", "UP")
    account.fare("pg2-shop", "DOWN")
    assert (_node(account, "pg1-shop").status, _node(account, "pg2-shop").status) == ("UP", "DOWN")


def test_a_rejected_node_is_down(account: Account) -> None:
    """Linode does not check what it is told to reject; accepted again, it is what its check says."""
    found = _stand(account)
    account.fare("pg1-shop", "UP")
    node = _node(account, "pg1-shop")
    change = SetMode(
        balancer=found.id,
        config=_config(found).id,
        id=node.id,
        label=node.label,
        mode="reject",
    )
    _apply(account, change)
    after = _node(account, "pg1-shop")
    assert (after.mode, after.status, after.address) == ("reject", "DOWN", PG1.address)
    assert _node(account, "pg2-shop").mode == "accept"
    _apply(account, replace(change, mode="accept"))
    assert (_node(account, "pg1-shop").mode, _node(account, "pg1-shop").status) == ("accept", "UP")


def test_a_node_can_begin_rejected(account: Account) -> None:
    """Under "enforce" a node that is added takes no traffic until it is its turn."""
    found = _stand(account, replace(WANT, nodes=(PG1,), enforce=True))
    assert [n.mode for n in _config(found).nodes] == ["reject"]


def test_a_moved_node_keeps_its_place(account: Account) -> None:
    """Another address is the same node, with the same id."""
    found = _stand(account)
    node = _node(account, "pg1-shop")
    there = replace(PG1, address=Address(host="192.168.1.99", port=5432))
    move = MoveNode(balancer=found.id, config=_config(found).id, id=node.id, node=there)
    _apply(account, move)
    after = _read(account)
    assert after is not None
    moved = next(n for n in _config(after).nodes if n.id == node.id)
    assert (moved.address, moved.label, moved.mode) == (there.address, "pg1-shop", "accept")


@pytest.mark.parametrize(
    "drifted",
    [
        {"algorithm": "leastconn"},
        {"check_interval": 31, "check_timeout": 30},
        {"check_timeout": 4},
        {"check": "connection"},
        {"check_passive": True},
    ],
    ids="+".join,
)
def test_what_drifted_is_set_right(account: Account, drifted: dict[str, str | int | bool]) -> None:
    """Each setting comes back without touching the others."""
    found = _stand(account)
    config = _config(found)
    _apply(account, SetConfig(balancer=found.id, config=config.id, settings=drifted))
    off = _read(account)
    assert off is not None
    assert {d.field for d in differences(WANT, off)} == set(drifted)
    assert _config(_stand(account)).settings == config.settings


def test_a_lost_node_is_restored(account: Account) -> None:
    """Linode drops the node of a deleted machine; repairs bring it back."""
    _stand(account)
    account.lose("pg2-shop")
    assert {n.label for n in _config(_stand(account)).nodes} == {"pg1-shop", "pg2-shop"}


def test_a_label_that_matches_two_is_nobodys(account: Account) -> None:
    """Which of the two is meant cannot be known: both are named, and neither is touched."""
    _stand(account)
    account.twin("shop-front")
    with pytest.raises(LinodeUnavailable, match=r"matches .*\d+ and \d+") as refused:
        _read(account)
    assert "label" in refused.value.remedy


def test_no_balancer_without_a_region(account: Account) -> None:
    """Linode does not guess where the database nodes are, and neither do we."""
    with pytest.raises(LinodeUnavailable, match="region") as refused:
        _apply(account, CreateBalancer(wanted=replace(WANT, region=None)))
    assert "[nodebalancers.front]" in refused.value.remedy
    assert _read(account) is None


def test_what_is_gone_cannot_be_changed(account: Account) -> None:
    """A node that was deleted meanwhile is a refusal that says so."""
    found = _stand(account)
    node = _node(account, "pg2-shop")
    account.lose("pg2-shop")
    config = _config(found).id
    change = SetMode(balancer=found.id, config=config, id=node.id, label=node.label, mode="accept")
    with pytest.raises(LinodeUnavailable) as refused:
        _apply(account, change)
    assert refused.value.status == 404


def test_an_outage_is_said_and_changes_nothing(account: Account) -> None:
    """Every question is refused with status and remedy, and afterwards all is as before."""
    found = _stand(account)
    config = _config(found)
    account.break_down()
    for ask in (
        lambda: _read(account),
        lambda: account.balancers.nodes(found.id, config, timeout=5),
        lambda: account.balancers.firewalls("pg1", timeout=5),
        lambda: _apply(
            account, SetConfig(balancer=found.id, config=config.id, settings={"check": "none"})
        ),
    ):
        with pytest.raises(LinodeUnavailable) as refused:
            ask()
        assert (refused.value.status, bool(refused.value.remedy)) == (503, True)
    account.recover()
    assert _read(account) == found


def test_a_machine_shows_its_firewalls(account: Account) -> None:
    """None for no such machine, nothing for one without a firewall, else every inbound rule."""
    account.guarded("pg1")
    account.unguarded("pg2")
    assert account.balancers.firewalls("pg1", timeout=5) == (WALL,)
    assert account.balancers.firewalls("pg2", timeout=5) == ()
    assert account.balancers.firewalls("pg", timeout=5) is None


def test_a_closed_port_refuses(account: Account) -> None:
    """A knock tells, and never raises."""
    knock = account.balancers.knock(Address(host="127.0.0.1", port=1), "/primary", timeout=20)
    assert (knock.kind, knock.status) == ("refused", None)
