import json
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.balancer.change import Change, CreateConfig, CreateNode, SetConfig
from jobs.balancer.found import FoundBalancer
from jobs.inventory import NodeBalancer
from jobs.ports import LinodeUnavailable
from tests.fakes.balancers import FakeBalancers
from tests.unit.deploy.cli.front import Fronted, front
from tests.unit.jobs.balancer.values import found, node, nodes

SHOW, APPLY = ("nodebalancer", "show"), ("nodebalancer", "apply", "front")


@pytest.fixture
def ann(tmp_path: Path) -> Fronted:
    """Her NodeBalancer is as the inventory wants it."""
    return front(tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Fronted:
    """Nothing stands at Linode, and the inventory has no address."""
    ann = front(tmp_path, 'address = "192.0.2.10"')
    ann.linode.found.clear()
    return ann


def test_show_shows_what_stands_there(ann: Fronted) -> None:
    """Label, id, address, check, and each node with member, mode and status."""
    seen = ann.types(*SHOW)
    assert seen.exit_code == 0
    assert seen.stdout.startswith("front: as the inventory wants it\n")
    for words in (
        "shop-front (id 5, us-ord, common)",
        "192.0.2.10",
        "http GET /primary every 5 s, timeout 2 s, 3 attempts, passive false",
        "pg1   10.0.0.1:5432  pg1     accept  UP",
    ):
        assert words in seen.stdout


def test_show_names_every_difference(ann: Fronted) -> None:
    """Field by field, with those that only people can mend, and exit code 1."""
    strange = (*nodes()[:2], node("pg9", host="10.9.9.9"))
    ann.stands(replace(found(strange, check_interval=31), ipv4="192.0.2.99", region="eu-west"))
    seen = ann.types(*SHOW, "front")
    assert seen.exit_code == 1
    assert seen.stdout.startswith("front: 5 differences to the inventory\n")
    for words in (
        "port 5432: check_interval is 31, must be 5\n",
        "region is eu-west, must be us-ord; pgbaton cannot mend that",
        "node pg3: address is missing",
        'the inventory lacks address = "192.0.2.99"',
        "10.9.9.9:5432  nobody's",
    ):
        assert words in seen.stdout


def test_show_prints_the_address_that_the_inventory_lacks(tmp_path: Path) -> None:
    """As the line that is written there; applications behind it need it."""
    ann = front(tmp_path, 'address = "192.0.2.10"')
    seen = ann.types(*SHOW)
    assert (seen.exit_code, 'address = "192.0.2.10"' in seen.stdout) == (1, True)


def test_show_of_nothing_says_how_to_create_it(bare: Fronted) -> None:
    """Exit code 1, and the command."""
    seen = bare.types(*SHOW)
    assert seen.exit_code == 1
    assert "pgbaton nodebalancer apply front" in seen.stdout
    [told] = json.loads(bare.types(*SHOW, "--json").stdout)
    assert told["found"] is None


def test_apply_creates_it_whole_and_prints_its_address(bare: Fronted) -> None:
    """Balancer, configuration and a node for each member, each change told, then the line for the
    inventory; a second run changes nothing."""
    seen = bare.types(*APPLY)
    assert seen.exit_code == 0
    told = seen.stdout.splitlines()
    assert told[0] == "  create NodeBalancer shop-front in us-ord"
    assert told[1].startswith("  create its configuration of port 5432: protocol tcp")
    assert told[2:5] == [f"  add node pg{i} (10.0.0.{i}:5432), mode accept" for i in (1, 2, 3)]
    assert told[5] == "front: 5 changes made"
    [made] = bare.linode.found.values()
    assert told[-1] == f'  address = "{made.ipv4}"'
    count = len(bare.linode.applied)
    again = bare.types(*APPLY)
    assert (again.exit_code, len(bare.linode.applied)) == (0, count)
    assert again.stdout.startswith("front: nothing to change\n")


def test_the_plan_is_what_apply_does(bare: Fronted) -> None:
    """Every change to the last node, and none of them made."""
    planned = json.loads(bare.types(*APPLY, "--plan", "--json").stdout)
    assert bare.linode.applied == []
    made = json.loads(bare.types(*APPLY, "--json").stdout)
    assert planned["changes"] == made["changes"]
    assert (planned["planned"], made["planned"]) == (True, False)
    assert (planned["id"], planned["address"]) == (None, None)


@pytest.mark.parametrize(
    ("stands", "changes"),
    [
        (found(check_path="/health", check_passive=True), [SetConfig]),
        (found(nodes()[:1]), [CreateNode, CreateNode]),
        (found((*nodes()[:2], node("pg3", host="10.8.0.3")), check="none"), None),
        (replace(found(), configs=()), [CreateConfig, CreateNode, CreateNode, CreateNode]),
    ],
    ids=["settings", "nodes", "moved", "configuration"],
)
def test_what_drifted_is_mended_and_no_more(
    ann: Fronted, stands: FoundBalancer, changes: list[type[Change]] | None
) -> None:
    """The plan says the same beforehand, and afterwards nothing differs."""
    ann.stands(stands)
    planned = json.loads(ann.types(*APPLY, "--plan", "--json").stdout)["changes"]
    seen = ann.types(*APPLY)
    assert seen.exit_code == 0
    assert len(planned) == len(ann.linode.applied)
    assert changes is None or [type(c) for c in ann.linode.applied] == changes
    assert "would" not in seen.stdout
    assert ann.types(*SHOW).exit_code == 0


def test_what_people_must_mend_is_left_and_said(ann: Fronted) -> None:
    """A stranger stays, the rest is mended, and the exit code is 1."""
    ann.stands(found((*nodes()[:2], node("pg9", host="10.9.9.9"))))
    seen = ann.types(*APPLY)
    assert seen.exit_code == 1
    assert "add node pg3" in seen.stdout
    assert "left as it is:  node pg9: address is 10.9.9.9:5432, which is no member's" in seen.stdout
    assert any(n.label == "pg9" for n in ann.linode.found[5].configs[0].nodes)


def test_the_plan_says_would(ann: Fronted) -> None:
    """A change that is not made is not told as if it were."""
    ann.stands(found(check="none"))
    seen = ann.types(*APPLY, "--plan")
    assert seen.stdout.splitlines() == ["  would set check http", "front: 1 change to make"]


@pytest.mark.parametrize(("status", "code"), [(503, 69), (None, 69), (401, 78), (403, 78)], ids=str)
def test_what_linode_refuses_is_named_with_the_change(
    bare: Fronted, status: int | None, code: int
) -> None:
    """In words, or in the document, beside what was made until then."""
    bare.linode.refuses = LinodeUnavailable("Linode says no", "mend that", status=status)
    seen = bare.types(*APPLY)
    assert seen.exit_code == code
    assert "could not create NodeBalancer shop-front in us-ord: Linode says no" in seen.stderr
    assert "mend that" in seen.stderr
    told = json.loads(bare.types(*APPLY, "--json").stdout)
    assert (told["changes"], told["remedy"]) == ([], "mend that")


def test_a_run_that_was_stopped_is_finished_by_the_next(bare: Fronted) -> None:
    """What was made before the API went away is not made twice."""
    steps = 0

    def refuse_later() -> None:
        nonlocal steps
        steps += 1
        bare.linode.before_apply = refuse_later
        if steps == 4:
            bare.linode.break_down()

    bare.linode.before_apply = refuse_later
    assert bare.types(*APPLY).exit_code == 69
    bare.linode.before_apply = None
    bare.linode.recover()
    seen = bare.types(*APPLY)
    assert seen.exit_code == 0
    assert "front: 2 changes made" in seen.stdout
    assert len(bare.linode.found) == 1


def test_without_a_mux_it_refuses_with_a_hint(tmp_path: Path) -> None:
    """The check could never pass; --without-mux is for those who answer HTTP there by other means."""
    ann = front(tmp_path, "[clusters.shop.mux]")
    seen = ann.types(*APPLY)
    assert (seen.exit_code, ann.linode.applied) == (78, [])
    for words in ("could never pass", "mux = { port = 5434 }", "--without-mux"):
        assert words in seen.stderr
    assert ann.types(*APPLY, "--plan").exit_code == 78
    seen = ann.types(*APPLY, "--without-mux")
    assert (seen.exit_code, len(ann.linode.applied)) == (0, 3)


def test_clients_that_get_in_today_are_not_shut_out(ann: Fronted) -> None:
    """Before the mux runs, a check that asks for HTTP would end them all: nothing is changed."""
    ann.stands(found(check="connection"))
    ann.linode.knocks.clear()
    for more in ((), ("--plan",)):
        seen = ann.types(*APPLY, *more)
        assert (seen.exit_code, ann.linode.applied) == (78, [])
        assert "nothing speaks HTTP on port 5432 of pg1, pg2 and pg3" in seen.stderr
        assert "docs/mux.md" in seen.stderr
    assert ann.types(*APPLY, "--without-mux").exit_code == 0


def test_where_nobody_gets_in_nothing_can_be_shut(ann: Fronted) -> None:
    """Nor where one member's port speaks HTTP, or none of them can be asked from here."""
    ann.linode.knocks.clear()
    ann.stands(found(nodes(up=""), check="connection"))
    assert ann.types(*APPLY).exit_code == 0
    ann.stands(found(check="connection"))
    ann.answer({"pg3": 503})
    assert ann.types(*APPLY).exit_code == 0


def test_nothing_is_created_without_a_region(tmp_path: Path) -> None:
    """Linode wants one; what exists already needs none."""
    ann = front(tmp_path, 'region = "us-ord"')
    assert ann.types(*APPLY).exit_code == 0
    ann.linode.found.clear()
    for more in ((), ("--plan",)):
        seen = ann.types(*APPLY, *more)
        assert seen.exit_code == 78
        assert "write region" in seen.stderr


class Forgetful(FakeBalancers):
    """Takes each change, and shows the old value."""

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        self.put(found(check="none"))
        return super().read(balancer, timeout=timeout)


def test_a_balancer_that_never_becomes_right_ends(ann: Fronted) -> None:
    """After some rounds that is said, and where to look."""
    ann.world.balancers = Forgetful(knocks=ann.linode.knocks)
    seen = ann.types(*APPLY)
    assert seen.exit_code == 1
    assert "does not become what was written" in seen.stderr


def test_under_enforce_new_nodes_take_no_traffic_at_first(tmp_path: Path) -> None:
    """Who may take some is the workers' to say; that is told."""
    line = 'address = "192.0.2.10"'
    ann = front(tmp_path, line, f'{line}\nmodes = "enforce"')
    ann.stands(found(nodes()[:2]))
    seen = ann.types(*APPLY)
    assert seen.exit_code == 0
    assert "add node pg3 (10.0.0.3:5432), mode reject" in seen.stdout
    assert "the workers let the leader's node in" in seen.stdout


def test_without_a_token_both_say_where_to_put_it(ann: Fronted) -> None:
    """Exit code 78."""
    ann.world.balancers = None
    for words in (SHOW, APPLY):
        seen = ann.types(*words)
        assert (seen.exit_code, "PGBATON_LINODE_TOKEN" in seen.stderr) == (78, True)


def test_names_that_do_not_exist_are_a_wrong_call(ann: Fronted) -> None:
    """For both, with the right ones."""
    for words in ((*SHOW, "fornt"), ("nodebalancer", "apply", "fornt")):
        seen = ann.types(*words)
        assert (seen.exit_code, "there is: front" in seen.stderr) == (2, True)
