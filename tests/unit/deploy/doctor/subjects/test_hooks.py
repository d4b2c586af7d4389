from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor.evidence import Unseen
from deploy.doctor.subjects.hooks import CALLBACKS, NodeSeen, judge_hooks
from deploy.doctor.subjects.machines import HookSeen, MachineSeen
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

WELL = HookSeen(
    sum="aa", callbacks=frozenset(CALLBACKS), check=(0, "fine"), status=(0, "spooled 0"),
    ping=(0, "202"), timer="active", watchdog="usable",
)  # fmt: skip


def node(name: str = "pg1", machine: MachineSeen | Unseen | None = None, **parts: Any) -> NodeSeen:
    seen = machine or MachineSeen(skew=0, root=True, hook=replace(WELL, **parts))
    return NodeSeen(name=name, machine=seen, wanted="aa")


def test_a_hook_that_works_is_green() -> None:
    """Installed, named to Patroni, and heard."""
    report = judge_hooks("shop", [node()])
    assert (told(report), report.fine) == (
        {},
        ("pg1: installed, called by Patroni, its ping recorded",),
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"sum": ""}, {"hook-missing": "red"}),
        ({"sum": "bb"}, {"hook-old": "amber"}),
        ({"callbacks": None}, {"not-seen": "amber"}),
        ({"callbacks": frozenset({"on_start", "on_stop"})}, {"hook-uncalled": "red"}),
        ({"check": (1, "cannot sign")}, {"hook-check": "red"}),
        ({"ping": (1, "401 no")}, {"hook-ping": "red"}),
        ({"status": (1, "spooled 4")}, {"hook-spool": "amber"}),
        ({"timer": "inactive"}, {"hook-timer": "amber"}),
        ({"watchdog": "none"}, {"hook-watchdog": "amber"}),
    ],
)
def test_one_thing_wrong(parts: dict[str, Any], expected: dict[str, str]) -> None:
    """Each has a finding of its own, which names the node."""
    report = judge_hooks("shop", [node(**parts)])
    assert told(report) == expected
    assert all(f.what.startswith("pg1: ") for f in report.findings)


@pytest.mark.parametrize(("mode", "colours"), [("off", {}), ("required", {"hook-watchdog": "red"})])
def test_a_watchdog_is_wanted_or_not(mode: str, colours: dict[str, str]) -> None:
    """By the inventory: without it a member that requires one cannot lead."""
    report = judge_hooks("shop", [replace(node(watchdog="none"), watchdog=mode)])
    assert told(report) == colours


def test_nodes_out_of_sight_are_named_together() -> None:
    """One amber line for one reason, beside what the others show."""
    report = judge_hooks("shop", [node(), node("pg2", DARK), node("pg3", DARK)])
    assert words(report, "not-seen").startswith("hook of pg2 and pg3 not seen: nobody answers")
    assert report.fine[0].startswith("pg1: installed")


def test_a_ping_that_was_not_sent_is_not_said_to_be_recorded() -> None:
    """With --no-ping the node is well as far as anybody looked."""
    report = judge_hooks("shop", [node(ping=None)])
    assert report.fine == ("pg1: installed, called by Patroni",)
