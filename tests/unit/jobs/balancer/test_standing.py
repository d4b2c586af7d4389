"""Which node is wrong, and why: mode, check, mux down, firewall, missing, stranger, lag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.balancer.found import FoundNode, Knock
from jobs.balancer.standing import follows, to_knock_at, wrongs
from tests.unit.jobs.balancer.values import WANT, node, nodes

OK, NO = Knock(kind="http", status=200), Knock(kind="http", status=503)


def test_the_leader_alone_up_and_accepting_is_following() -> None:
    """Exactly one node is UP, it is the leader's, and it takes traffic."""
    assert follows(WANT, nodes("pg1"), "pg1")


def test_a_second_node_with_the_leaders_address_does_no_harm() -> None:
    """Both lead to the leader; the one that is out of use is nobody's fault."""
    for mode, status in (("accept", "UP"), ("reject", "DOWN")):
        twice = (*nodes("pg1"), replace(node("pg1", mode=mode, status=status), id=9))
        assert follows(WANT, twice, "pg1")


def test_a_mode_that_is_not_applied_yet_is_no_check_that_lags() -> None:
    """A rejected node goes on being UP for up to a minute, which is no reason to reject it."""
    of = (node("pg1", status="UP"), node("pg2", status="UP", mode="reject"))
    [wrong] = wrongs(WANT, of, "pg1", {"pg2": NO})
    assert (wrong.cause, wrong.remedy) == ("lag", "wait; it is looked at again")
    assert "is in mode reject, which Linode applies within a minute" in wrong.reason


@pytest.mark.parametrize(
    "of",
    [
        nodes("pg2"),
        nodes("nobody"),
        (node("pg1", status="UP"), node("pg2", status="UP"), node("pg3")),
        nodes("pg1", pg1="drain"),
        (),
        (*nodes("pg1"), node("pg9", host="10.9.9.9", status="UP")),
    ],
    ids=["another", "nobody", "two", "draining", "no-nodes", "stranger"],
)
def test_anything_else_is_not(of: tuple[FoundNode, ...]) -> None:
    """Another member, nobody, two, or a stranger: the balancer does not follow."""
    assert not follows(WANT, of, "pg1")


@pytest.mark.parametrize(
    ("of", "knocks", "cause", "said"),
    [
        (nodes()[1:], {}, "missing", "pg1 leads, and is no node of the NodeBalancer"),
        (nodes("no", pg1="reject"), {}, "mode", "pg1 leads, but is in mode reject"),
        (nodes("no", pg1="drain"), {}, "mode", "pg1 leads, but is in mode drain"),
        (nodes("no"), {"pg1": Knock(kind="refused")}, "mux", "is refused: nothing listens there"),
        (nodes("no"), {"pg1": Knock(kind="silent")}, "firewall", "is not answered"),
        (nodes("no"), {"pg1": Knock(kind="no-http")}, "check", "this check can never pass"),
        (nodes("no"), {"pg1": NO}, "check", "GET /primary at 10.0.0.1:5432 answers 503"),
        (nodes("no"), {"pg1": OK}, "firewall", "answers 200 to us, but not to the NodeBalancer"),
        (nodes("no"), {}, "check", "was not asked"),
        (
            (*nodes("pg1"), node("pg9", host="10.9.9.9", status="UP")),
            {},
            "stranger",
            "pg9 (10.9.9.9:5432) is UP and is no member",
        ),
        (
            (node("pg1", status="UP"), node("pg2", status="UP"), node("pg3")),
            {"pg2": NO},
            "lag",
            "pg2 is UP although pg1 leads: its check has not noticed yet",
        ),
        (
            (node("pg1", status="UP"), node("pg2", status="UP"), node("pg3")),
            {"pg2": OK},
            "check",
            "pg2 is UP although pg1 leads: GET /primary at 10.0.0.2:5432 answers 200",
        ),
    ],
)
def test_the_wrong_node_is_named_with_its_cause(
    of: tuple[FoundNode, ...], knocks: dict[str, Knock], cause: str, said: str
) -> None:
    """One sentence with the node, what is seen there, and a remedy."""
    [wrong] = wrongs(WANT, of, "pg1", knocks)
    assert wrong.cause == cause
    assert said in str(wrong)
    assert wrong.remedy


def test_only_ports_that_can_explain_something_are_asked() -> None:
    """The leader's where it is not UP, the others' where they are; all is well, nobody's."""
    assert to_knock_at(WANT, nodes("pg1"), "pg1") == ()
    asked = to_knock_at(WANT, nodes("pg2"), "pg1")
    assert [one.member for one in asked] == ["pg1", "pg2"]
