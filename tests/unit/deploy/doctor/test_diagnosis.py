"""Every finding has a case in which it is said, and one beside it in which it is not."""

from __future__ import annotations

import pytest

from deploy.doctor.evidence import Evidence, Unseen
from deploy.doctor.finding import Finding, Severity
from deploy.doctor.nodebalancer import diagnose
from tests.unit.deploy.doctor.cases import (
    ENFORCED,
    HEALTHY,
    NO_HTTP,
    REFUSED,
    SAID,
    UNMUXED,
    all_knock,
    with_line,
)
from tests.unit.deploy.doctor.values import (
    NO,
    RANGE,
    accept,
    balancer,
    by,
    drop,
    evidence,
    found,
    named,
    nodes,
    wall,
)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    """Neither error nor warning nor note about a NodeBalancer that is right."""
    assert diagnose(HEALTHY) == ()


@pytest.mark.parametrize(
    ("name", "severity", "bad", "good", "words"),
    [case[1:] for case in SAID],
    ids=[case[0] for case in SAID],
)
def test_it_is_said_where_it_holds_and_nowhere_else(
    name: str, severity: Severity, bad: Evidence, good: Evidence, words: str
) -> None:
    """The one line holds what is and what must be; beside it stand why it hurts and what to do."""
    said = named(bad, name)
    assert said is not None
    assert (said.severity, said.what[: len(words)]) == (severity, words)
    assert said.why.endswith(".")
    assert said.remedy or severity is Severity.NOTE or name == "unseen"
    assert named(good, name) is None


def test_every_finding_has_its_case() -> None:
    """No word that a script may wait for is without a case above."""
    words = {f.name for case in SAID for f in diagnose(case[3])}
    assert words == {case[1] for case in SAID}


@pytest.mark.parametrize(
    ("seen", "name", "remedy"),
    [
        (evidence(found=found(check_path="/health")), "check_path", "pgbaton nodebalancer apply front"),
        (with_line('check_path = "/health"'), "check_path", "write check_path"),
        (by('region = "us-ord"', "", found=None), "balancer", 'write region = "…"'),
        (evidence(found=found(nodes(pg2="backup"))), "mode", "set it to accept at Linode"),
        (by(*ENFORCED, found=found(nodes(pg1="reject"))), "mode", "see that workers run"),
    ],
    ids=["at-linode", "in-the-inventory", "region-first", "by-hand", "by-the-workers"],
)  # fmt: skip
def test_the_remedy_names_whoever_can_mend_it(seen: Evidence, name: str, remedy: str) -> None:
    """The inventory, the command, the workers or a person at Linode."""
    said = named(seen, name)
    assert said is not None
    assert said.remedy.startswith(remedy)


def test_how_long_it_takes_is_said_in_seconds() -> None:
    """Interval times attempts, and a last check that hangs, against what the inventory asks for."""
    said = named(evidence(found=found(check_interval=31)), "check_interval")
    assert said is not None
    assert said.why == "A lost leader is noticed within 95 s; by the inventory within 17 s."


def test_a_leader_who_answers_us_but_not_the_balancer_points_at_the_firewall() -> None:
    """DOWN with a port that says 200 from here is a matter of who may ask."""
    said = named(evidence(found=found(nodes(up=""))), "leader-down")
    assert said is not None
    assert RANGE in said.remedy
    said = named(evidence(found=found(nodes(up="")), knocks=all_knock(NO)), "leader-down")
    assert said is not None
    assert RANGE not in said.remedy


def test_one_mistake_is_not_told_as_many() -> None:
    """Without a mux the ports' silence on HTTP follows from it, as does a node that is DOWN."""
    names = [
        f.name for f in diagnose(by(*UNMUXED, knocks=all_knock(NO_HTTP), walls={}, found=None))
    ]
    assert names == ["balancer", "mux"]


def test_one_firewall_before_three_machines_is_told_once() -> None:
    """With all of their names; another reason is another finding."""
    shut, dropping, accept_all = wall(accept("22")), wall(drop()), wall(accept(None))
    seen = evidence(walls={"pg1": (accept_all,), "pg2": (shut,), "pg3": (shut,)})
    assert [f.what[:40] for f in diagnose(seen)] == ["firewall db-nodes before pg2 and pg3 kee"]
    seen = evidence(walls={"pg2": (shut,), "pg3": (dropping,)})
    assert len(diagnose(seen)) == 2


def test_the_worst_stands_first() -> None:
    """Errors, then warnings, then notes."""
    seen = evidence(found=found(nodes(up="pg2"), check_passive=True), walls={"pg1": None})
    ranks = [list(Severity).index(f.severity) for f in diagnose(seen)]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_without_linode_the_inventory_is_judged_all_the_same() -> None:
    """What no API is needed for is said while it is down: settings, mux, ports."""
    hidden = Unseen(reason="gone", remedy="wait")
    seen = with_line('check_path = "/health"', found=hidden, walls={}, knocks=all_knock(REFUSED))
    assert [f.name for f in diagnose(seen)] == ["unseen", "check_path", "refused"]


def test_a_finding_is_a_document() -> None:
    """Scripts read the same five names of each."""
    [said] = diagnose(evidence(found=balancer(throttle=3)))
    assert isinstance(said, Finding)
    assert said.to_json() == {
        "severity": "warning",
        "name": "throttle",
        "what": "client_conn_throttle is 3, must be 0",
        "why": said.why,
        "remedy": "linode-cli nodebalancers update 5 --client_conn_throttle 0",
    }
