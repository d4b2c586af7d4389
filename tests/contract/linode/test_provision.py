"""The architecture comes about at Linode's API: whole, once, and through whatever goes wrong with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from deploy.provision import Account, Brought, Found, Item, bring, plan, wanted
from deploy.provision.bring import Pace
from deploy.provision.steps import CreateLinode, Step
from jobs.ports import LinodeUnavailable
from tests.contract.linode.double import Double
from tests.unit.deploy.provision.values import inventory
from workers.linode import Api

STEPS = 2 + 1 + 3 + 6 + 1 + 1 + 1 + 2
"""Groups, VPC, firewalls, Linodes, the firewall before the balancer; it, its port, its nodes."""

KEY = "ssh-ed25519 AAAA push"
DATA = {"pg1": "#cloud-config\nhostname: pg1\n"}
INVENTORY = inventory()
WANT = wanted(INVENTORY, keys=[KEY], user_data=DATA)
BALANCERS = list(INVENTORY.nodebalancers.values())


class DiedError(Exception):
    """The process is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dying(Account):
    """An account whose process dies right after so many steps were carried out."""

    left: list[int] = field(default_factory=lambda: [1])

    def make(self, step: Step) -> None:
        super(Dying, self).make(step)
        self.left[0] -= 1
        if self.left[0] == 0:
            raise DiedError


def account(double: Double, **how: Any) -> Account:
    return Account(api=Api(double.url, token=double.token), **how)


def run(hand: Account, want: Any = WANT) -> Brought:
    return bring(hand, want, BALANCERS, Pace(sleep=lambda _: None, tell=lambda _: None))


def posted(double: Double) -> list[str]:
    """What was created, by path, of all that was carried out well."""
    return [e.path for e in double.exchanges if e.method == "POST" and e.status == 200]


def unsettled(double: Double) -> list[Item]:
    found: Found = account(double).look(WANT.vpc.label, BALANCERS)
    return [item for item in plan(WANT, found) if item.verdict != "leave"]


def test_all_of_it_is_created_and_a_second_run_changes_nothing(double: Double) -> None:
    """Every request and every answer is held to Linode's document, too."""
    done = run(account(double))
    assert (done.stopped, len(done.made)) == (None, STEPS)
    assert len(posted(double)) == STEPS
    assert unsettled(double) == []
    again = run(account(double))
    assert (again.stopped, again.made) == (None, [])
    changing = [e for e in double.exchanges if e.method != "GET"]
    assert len(changing) == STEPS


def test_each_machine_has_all_that_it_needs_from_its_first_second(double: Double) -> None:
    """Its address, its way to the internet, firewall, group, keys and user data: in one request."""
    run(account(double))
    world = double.world
    [pg1] = world.machines.where(label="pgbaton-pg1")
    [lease] = world.leases.where(linode_id=pg1["id"])
    assert (lease["address"], lease["nat_1_1"]) == ("10.0.0.21", pg1["ipv4"][0])
    assert pg1["placement_group"]["label"] == "pgbaton-db-shop"
    assert [wall["label"] for wall in world.walls("linode", pg1)] == ["pgbaton-db"]
    assert (pg1["has_user_data"], pg1["tags"]) == (True, ["pgbaton"])
    bodies = [
        json.loads(e.body) for e in double.exchanges if e.path == "/v4/linode/instances" and e.body
    ]
    assert all(body["authorized_keys"] == [KEY] and "root_pass" not in body for body in bodies)
    assert {(body["booted"], body["backups_enabled"]) for body in bodies} == {(True, False)}


def test_backups_are_asked_for_where_they_are_wanted(double: Double) -> None:
    """With each machine's creation, so that its first day is in them."""
    run(
        account(double),
        replace(WANT, linodes=tuple(replace(m, backups=True) for m in WANT.linodes)),
    )
    made = [e for e in double.exchanges if e.path == "/v4/linode/instances" and e.body]
    assert [json.loads(e.body)["backups_enabled"] for e in made] == [True] * len(WANT.linodes)


def test_the_balancer_stands_in_the_subnet_behind_a_firewall(double: Double) -> None:
    """Its nodes are VPC addresses, its own four are no machine's, and our machines are let in."""
    run(account(double))
    world = double.world
    [balancer] = world.balancers
    [joined] = world.vpcs.where(nodebalancer_id=balancer["id"])
    assert {node["vpc_config_id"] for node in world.nodes} == {joined["id"]}
    [wall] = world.walls("nodebalancer", balancer)
    [rule] = wall["rules"]["inbound"]
    publics = {f"{machine['ipv4'][0]}/32" for machine in world.machines}
    assert wall["label"] == "pgbaton-front"
    assert len(publics) == 6
    assert rule["ports"] == "5432"


def test_a_run_that_died_is_finished_by_the_next_without_doubles(double: Double) -> None:
    """After every single step the process dies: each next run goes on, and nothing is made twice."""
    for _ in range(STEPS):
        with pytest.raises(DiedError):
            run(Dying(api=Api(double.url, token=double.token), left=[1]))
    assert run(account(double)).made == []
    assert len(posted(double)) == STEPS
    assert unsettled(double) == []


@pytest.mark.parametrize("fault", [{"lost_replies": 1000}, {"broken": "cut", "only": "^POST"}])
def test_where_every_reply_is_lost_each_thing_is_made_once(
    double: Double, fault: dict[str, Any]
) -> None:
    """What was carried out is found by its label, its port or its address."""
    double.hurt(**fault)
    done = run(account(double))
    assert done.stopped is None
    assert len(posted(double)) == STEPS
    double.heal()
    assert unsettled(double) == []


def test_whatever_request_fails_the_next_run_finishes_it(double: Double) -> None:
    """The API is gone after a few requests, each time at another one, between reads and writes alike."""
    stops = list[str]()
    for spared in (1, 4, 7, 9, 10, 11, 13, 16, 17, 19, 22, 24, 27):
        double.hurt(broken="503", spared=spared)
        done = run(account(double))
        stops += [] if done.stopped is None else [type(done.at).__name__]
        double.heal()
    assert len(stops) > 8
    assert len(set(stops)) > 3
    assert run(account(double)).stopped is None
    assert len(posted(double)) == STEPS
    assert unsettled(double) == []


def test_a_machine_that_takes_too_long_is_not_made_twice(double: Double) -> None:
    """We left before Linode answered, and it made the machine all the same."""
    double.hurt(slow=0.4, only="^POST /v4/linode")
    done = run(account(double, within=0.3))
    assert done.stopped is not None
    assert "gives no answer" in done.stopped.reason
    double.heal()
    assert run(account(double)).stopped is None
    labels = [machine["label"] for machine in double.world.machines]
    assert len(labels) == len(set(labels)) == 6


def test_an_api_that_is_slow_throughout_is_looked_at_to_the_end(double: Double) -> None:
    """A look is many requests: together they may take longer than any one step may."""
    run(account(double))
    double.hurt(slow=0.1)
    found = account(double, within=0.3).look(WANT.vpc.label, BALANCERS)
    assert len(found.linodes) == 6


def test_an_account_at_its_limit_is_told_and_gone_on_with_once_it_is_lifted(double: Double) -> None:
    """Linode says so with a 400; what was made until then stays."""
    double.world.most_machines = 4
    done = run(account(double))
    assert done.stopped is not None
    assert (done.stopped.status, "Account Limit reached" in done.stopped.reason) == (400, True)
    assert isinstance(done.at, CreateLinode)
    double.world.most_machines = 200
    assert run(account(double)).stopped is None
    assert len(posted(double)) == STEPS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "x" * 65}, "label: Length must be 3-64 characters"),
        ({"image": "linode/debian99"}, "image: image is not valid"),
        ({"type": "g6-huge"}, "type: A valid plan type by that ID was not found"),
        ({"keys": ("no key",)}, "authorized_keys: SSH key is not valid"),
        ({"user_data": "x" * 16_385}, "decoded user_data must not exceed 16384 bytes"),
        ({"address": "10.0.0.254"}, "is not a usable address of the subnet"),
    ],
)
def test_linodes_own_refusal_is_told(double: Double, change: dict[str, Any], said: str) -> None:
    """In its words, with the field; nothing is left of the machine."""
    run(account(double))
    world, hand = double.world, account(double)
    [subnet], [wall] = world.subnets, world.firewalls.where(label="pgbaton-db")
    step = CreateLinode(
        want=replace(WANT.linodes[0], **{"label": "one-more", "address": "10.0.0.99", **change}),
        region="us-ord",
        subnet=subnet["id"],
        wall=wall["id"],
        group=None,
        tags=("pgbaton",),
    )
    with pytest.raises(LinodeUnavailable, match="answers 400") as caught:
        hand.make(step)
    assert said in caught.value.reason
    assert len(list(world.machines)) == 6


def test_a_group_that_is_full_refuses_one_more(double: Double) -> None:
    """Five in a strict group of this region; the sixth is not made somewhere else instead."""
    run(account(double))
    world = double.world
    [group] = world.groups.where(label="pgbaton-etcd-main")
    [subnet], [wall] = world.subnets, world.firewalls.where(label="pgbaton-etcd")
    for number in range(50, 53):
        step = CreateLinode(
            want=replace(WANT.linodes[0], label=f"etcd-{number}", address=f"10.0.0.{number}"),
            region="us-ord",
            subnet=subnet["id"],
            wall=wall["id"],
            group=group["id"],
            tags=(),
        )
        if number < 52:
            account(double).make(step)
            continue
        with pytest.raises(LinodeUnavailable, match="maximum capacity"):
            account(double).make(step)


@pytest.mark.parametrize("scopes", ["linodes:read_only", "volumes:read_only", "*"])
def test_a_tokens_scopes_are_known_before_anything_is_created(
    make_double: Callable[..., Double], scopes: str
) -> None:
    """Linode says them even where it refuses to answer."""
    double = make_double(scopes=scopes)
    assert account(double).scopes() == scopes
    assert posted(double) == []


def test_prices_are_read_as_linode_gives_them(double: Double) -> None:
    """By plan and region, with backups where they are asked for."""
    offer = account(double).offer()
    price = offer.price("g6-standard-2", "us-ord")
    assert price is not None
    assert (price.monthly, price.hourly) == (24.0, 0.036)
    dear, backed = (
        offer.price("g6-standard-2", "id-cgk"),
        offer.price("g6-standard-2", "us-ord", backups=True),
    )
    assert dear is not None
    assert backed is not None
    assert (round(dear.monthly, 2), round(backed.monthly, 2)) == (28.8, 28.8)
    balancer = offer.price("nodebalancer", "us-ord")
    assert balancer is not None
    assert balancer.monthly == 10
    assert offer.regions["us-ord"].strict == 5
