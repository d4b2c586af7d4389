import json
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.balancer.found import FoundBalancer, FoundFirewall
from jobs.ports import LinodeUnavailable
from tests.fakes.balancers import FakeBalancers
from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.unit.deploy.cli.front import Fronted, front
from tests.unit.jobs.balancer.values import found, nodes
from tests.world import World


@pytest.fixture
def ann(tmp_path: Path) -> Fronted:
    """Her NodeBalancer is as it must be."""
    return front(tmp_path)


DOCTOR = ("doctor", "nodebalancer")


def test_a_balancer_that_is_right_is_said_to_be(ann: Fronted) -> None:
    """Exit code 0, and in one line what it does and how long that takes."""
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 0
    assert seen.stdout.splitlines()[0] == "front: nothing is wrong"
    for words in ("id 5", "192.0.2.10", "GET /primary every 5 s", "within 17 s", "pg1 leads shop"):
        assert words in seen.stdout


def test_a_note_is_no_fault(ann: Fronted) -> None:
    """What is only good to know leaves the exit code at 0."""
    ann.linode.machines.pop("pg3")
    seen = ann.types(*DOCTOR, "front")
    assert (seen.exit_code, "note: Linode knows no machine labelled pg3" in seen.stdout) == (
        0,
        True,
    )
    assert seen.stdout.startswith("front: nothing is wrong, 1 note\n")


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        (found(check_path="/health"), "error: check_path is /health, must be /primary"),
        (found(check_passive=True), "warning: check_passive is true, must be false"),
    ],
    ids=["error", "warning"],
)
def test_errors_and_warnings_are_a_no(ann: Fronted, stands: FoundBalancer, words: str) -> None:
    """Each with why it hurts and what to do below it, and exit code 1."""
    ann.stands(stands)
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 1
    what, why, remedy = seen.stdout.splitlines()[3:6]
    assert what == words
    assert why.startswith("  ")
    assert remedy == "  →  pgbaton nodebalancer apply front"


def test_a_failover_that_the_balancer_has_not_seen_is_an_error(ann: Fronted) -> None:
    """Who leads is proven anew, not taken from the balancer."""
    ann.world.fail_over("pg2")
    ann.answer({"pg1": 503, "pg2": 200})
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 1
    assert "error: pg1 is UP, must be pg2: it leads" in seen.stdout
    assert "error: pg2 is DOWN, must be UP: it leads" in seen.stdout


@pytest.mark.parametrize(("status", "code"), [(503, 69), (None, 69), (401, 78), (403, 78)], ids=str)
def test_without_an_answer_the_rest_is_judged(ann: Fronted, status: int | None, code: int) -> None:
    """An API that is down is 69, a token it refuses 78; the inventory and the ports are judged."""
    ann.linode.unavailable = LinodeUnavailable("Linode says no", "mend that", status=status)
    ann.answer({"pg2": 200})
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == code
    assert "error: not seen: Linode says no" in seen.stdout
    assert "→  mend that" in seen.stdout
    assert "error: GET /primary on pg2 answers 200, must not: pg1 leads" in seen.stdout


def test_without_a_token_it_is_said_where_to_put_it(ann: Fronted) -> None:
    """Exit code 78, and what the inventory alone shows."""
    ann = front(ann.folder, "[clusters.shop.mux]")
    ann.world.balancers = None
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 78
    assert "PGBATON_LINODE_TOKEN" in seen.stdout
    assert "error: shop has no mux, and port 5433 is PostgreSQL's own" in seen.stdout


def test_a_label_that_matches_two_is_said(ann: Fronted) -> None:
    """With both ids, and not taken for the first of them."""
    ann.stands(replace(found(), id=6))
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 69
    assert "the label shop-front matches two NodeBalancers, 5 and 6" in seen.stdout


def test_a_balancer_that_is_not_there_is_an_error(ann: Fronted) -> None:
    """With the command that creates it."""
    ann.linode.found.clear()
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 1
    assert "error: Linode knows no NodeBalancer labelled shop-front" in seen.stdout
    assert "pgbaton nodebalancer apply front" in seen.stdout


class HalfBlind(FakeBalancers):
    """As with a token that lacks one scope."""

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        raise LinodeUnavailable("401: not authorized", "add firewall:read_only", status=401)


def test_firewalls_that_the_token_may_not_see_are_a_note(ann: Fronted) -> None:
    """One scope less hides one thing, once, and the rest is judged as ever."""
    ann.world.balancers = HalfBlind(found=ann.linode.found, knocks=ann.linode.knocks)
    ann.stands(found())
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 0
    assert "before pg1, pg2 and pg3 were not seen: 401: not authorized" in seen.stdout
    assert "→  add firewall:read_only" in seen.stdout


def test_an_unproven_leader_is_a_note_not_a_guess(ann: Fronted) -> None:
    """While etcd cannot be asked the balancer is judged without a leader."""
    ann.world.dcs.break_down()
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 0
    assert "note: who leads shop is not proven" in seen.stdout


def test_the_document_holds_each_finding(ann: Fronted) -> None:
    """A list of balancers with their findings, and whether Linode showed anything."""
    ann.stands(found(nodes(up="")))
    [told] = json.loads(ann.types(*DOCTOR, "--json").stdout)
    assert (told["balancer"], told["id"], told["leader"], told["seen"]) == ("front", 5, "pg1", True)
    assert [f["name"] for f in told["findings"]] == ["leader-down"]
    ann.linode.break_down()
    [told] = json.loads(ann.types(*DOCTOR, "--json").stdout)
    assert (told["id"], told["seen"]) == (None, False)


def test_several_balancers_are_told_one_after_the_other(tmp_path: Path) -> None:
    """Without an ID all of them, and the worst exit code."""
    line = 'address = "192.0.2.10"'
    ann = front(tmp_path, line, f'{line}\n[nodebalancers.back]\ncluster = "shop"\nlabel = "back"')
    seen = ann.types(*DOCTOR)
    assert seen.exit_code == 1
    assert seen.stdout.startswith("front: nothing is wrong\n")
    assert "\nback: 1 error\n" in seen.stdout
    assert ann.types(*DOCTOR, "front").exit_code == 0


def test_names_that_do_not_exist_are_a_wrong_call(ann: Fronted) -> None:
    """The right ones are said."""
    seen = ann.types(*DOCTOR, "fornt")
    assert (seen.exit_code, seen.stdout) == (2, "")
    assert "there is: front" in seen.stderr


def test_an_inventory_without_balancers_says_how_to_write_one(world: World, tmp_path: Path) -> None:
    """Exit code 78: nothing can be looked at."""
    seen = Operator(desk=FakeDesk(world), folder=tmp_path).types(*DOCTOR)
    assert seen.exit_code == 78
    assert "docs/nodebalancer.md" in seen.stderr
