"""Enforced modes: the others leave before the leader enters, wherever the work was interrupted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jobs.balancer.change import SetMode
from jobs.balancer.found import FoundBalancer, FoundNode
from jobs.balancer.modes import mode_steps
from jobs.inventory import Address
from tests.unit.jobs.balancer.values import ENFORCED, WANT, found, node, nodes

MODES = st.sampled_from(["accept", "reject", "drain", "backup"])


def test_observe_changes_no_mode() -> None:
    """Where the policy only observes, modes are somebody else's."""
    assert mode_steps(WANT, found(nodes(pg1="reject")), "pg1") == ()


def test_the_others_are_rejected_before_the_leader_is_accepted() -> None:
    """Between the two steps nobody takes traffic, rather than two."""
    steps = mode_steps(ENFORCED, found(nodes(pg2="reject", pg3="reject")), "pg2")
    assert [(s.label, s.mode) for s in steps] == [("pg1", "reject"), ("pg2", "accept")]


def test_a_node_that_is_no_member_is_rejected_too() -> None:
    """Whatever else stands there, traffic for the leader is not for it."""
    has = found((*nodes(pg2="reject", pg3="reject"), node("pg9", host="10.9.9.9")))
    assert [(s.label, s.mode) for s in mode_steps(ENFORCED, has, "pg1")] == [("pg9", "reject")]


def test_a_leaders_node_that_is_still_to_be_moved_goes_on_serving() -> None:
    """At the machine's other port it takes part; at another machine's address it is only spared."""
    port = replace(node("pg1", mode="reject"), address=Address(host="10.0.0.1", port=6432))
    assert [(s.label, s.mode) for s in mode_steps(ENFORCED, found((port,)), "pg1")] == [
        ("pg1", "accept")
    ]
    for mode in ("accept", "reject"):
        elsewhere = node("pg1", mode=mode, host="10.9.9.9")
        assert mode_steps(ENFORCED, found((elsewhere,)), "pg1") == ()


def test_without_the_leaders_node_nobody_is_accepted() -> None:
    """A leader that is no backend lets no other one in."""
    steps = mode_steps(ENFORCED, found(nodes()[1:]), "pg1")
    assert [(s.label, s.mode) for s in steps] == [("pg2", "reject"), ("pg3", "reject")]


@given(
    modes=st.tuples(MODES, MODES, MODES),
    leader=st.sampled_from(["pg1", "pg2", "pg3"]),
    stops=st.lists(st.integers(0, 3), max_size=4),
)
def test_every_interrupted_plan_is_finished_by_the_next(
    modes: tuple[str, str, str], leader: str, stops: list[int]
) -> None:
    """After any number of steps somebody stops; whoever starts again ends at the leader alone, and
    at no moment did a step let a second node in."""
    has = found(
        tuple(node(m, mode=mode) for m, mode in zip(("pg1", "pg2", "pg3"), modes, strict=True))
    )
    for stop in [*stops, 9]:
        for step in mode_steps(ENFORCED, has, leader)[:stop]:
            has = _made(has, step)
            if step.mode == "accept":
                assert _accepting(has) == [leader]
    assert _accepting(has) == [leader]


def _accepting(has: FoundBalancer) -> list[str]:
    return [n.label for n in has.configs[0].nodes if n.mode != "reject"]


def _made(has: FoundBalancer, step: SetMode) -> FoundBalancer:
    def after(one: FoundNode) -> FoundNode:
        return replace(one, mode=step.mode) if one.id == step.id else one

    config = has.configs[0]
    return replace(has, configs=(replace(config, nodes=tuple(map(after, config.nodes))),))
