"""Whole disasters, as a person runs them: the drill's own exit code and report are what counts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from jobs.audit import from_line, verify
from tests import parts
from tests.scenarios.drilling import PAGE, Drilled, drill, lab, passed
from tests.scenarios.onlooker import Onlooker

TIMES = {
    "leader_lost",
    "leader_elected",
    "leader_writable",
    "event_received",
    "verified",
    "first_host",
    "last_host",
    "writes_resumed",
    "unmanaged_host",
}


def moved_once(report: dict[str, Any]) -> None:
    """Both hosts changed once and were restarted once; every order that counted is kept."""
    assert {host["outcome"] for host in report["hosts"]} <= {"changed", "resumed"}
    assert [host["restarts"] for host in report["hosts"]] == [1, 1]
    assert report["orders"]["acknowledged"] > 0
    assert report["orders"]["lost"] == 0


def told_live(seen: Onlooker) -> None:
    """The pages followed to the end without a reload."""
    assert seen.states[-1] == "concluded"
    assert len(seen.states) > 1, seen.states
    first, last = seen.headlines
    assert first != last
    assert not seen.reloaded


def told_afterwards(done: Drilled) -> None:
    """What a drill leaves: a page's address, Slack's thread, and a post-mortem that is one whole file."""
    assert PAGE.search(done.output)
    assert "is proven to lead" in done.output
    assert "Concluded after" in done.output
    [page] = done.post_mortems
    assert page.with_suffix(".md").read_text().startswith("#")
    paper = page.read_text()
    assert "<svg" in paper
    assert not re.search(r"""(?:src|href)=["'](?!#|data:|https?:)""", paper)
    assert (page.parent / "trail.jsonl").read_text() == done.trail.read_text()
    assert "Concluded after" in (page.parent / "slack.txt").read_text()


@pytest.mark.parametrize(
    ("scenario", "patroni"),
    [pytest.param("kill-leader-machine", "4", marks=pytest.mark.further), ("slack-down", "3")],
)
def test_the_leader_s_machine_is_lost(tmp_path: Path, scenario: str, patroni: str) -> None:
    """Both hosts follow the new leader within 5 s of its first write; the one left to itself never.
    Nothing waits for Slack, and once it is back its thread tells everything, in order."""
    done = drill(tmp_path, scenario, "--patroni", patroni)
    report = passed(done)
    moved_once(report)
    times = report["times"]
    assert set(times) == TIMES
    assert times["last_host"] - times["leader_writable"] < 5
    assert times["unmanaged_host"] is None
    assert report["patroni_version"].startswith(patroni)
    walked = verify(map(from_line, done.trail.read_text().splitlines()))
    assert walked.bad is None
    assert (walked.entries, walked.head) == (report["audit"]["entries"], report["audit"]["head"])
    told_afterwards(done)


def ways(report: dict[str, Any]) -> dict[str, float | None]:
    """Seconds from the new leader's first writable moment, by who ordered."""
    return {one["who"]: one["seconds"] for one in report["redirects"]}


def test_both_endpoints_side_by_side(tmp_path: Path) -> None:
    """A lost machine with one shop at the leader and one behind the NodeBalancer: each is restarted
    once, nobody's order is lost, and by health check alone a fresh connection takes longer. A page
    that is open meanwhile tells it as it happens."""
    parts.require("chromium")
    onlooker = Onlooker()
    done = drill(tmp_path, "kill-leader-machine", "--endpoint", "both", onlooker=onlooker)
    report = passed(done)
    moved_once(report)
    told_live(onlooker)
    seconds = ways(report)
    at_leader, behind, alone = (seconds[who] for who in ("shop1", "shop2", "counter"))
    assert at_leader is not None
    assert behind is not None
    assert alone is not None
    assert at_leader < 5
    assert at_leader < alone < 20
    assert behind < alone + 5
    assert "probe reports Linode: host_reboot" in done.output


@pytest.mark.further
def test_the_check_interval_is_changed(tmp_path: Path) -> None:
    """The reference's exercise: 2, 5 and 10 s through inventory, API and health check, as a table."""
    done = drill(tmp_path, "balancer-check-interval")
    report = passed(done)
    assert [host["restarts"] for host in report["hosts"]] == [3, 3]
    [own] = [one for one in report["invariants"] if "check_interval" in one["name"]]
    assert all(f"{seconds} s: " in own["evidence"] for seconds in (2, 5, 10))
    assert "by the balancer's check interval" in done.output


@pytest.mark.further
def test_composed_faults_break_nothing(tmp_path: Path) -> None:
    """Two minutes of what a seed composed: every invariant holds over all of it."""
    done = drill(tmp_path, "random", "--seed", "5", "--minutes", "2", within=600)
    assert passed(done)["orders"]["lost"] == 0
    assert "FAULT: " in done.output


def test_the_bench_keeps_its_limit(tmp_path: Path) -> None:
    """From writable to the last of two hosts checked: three changes of leader are enough here."""
    file = tmp_path / "bench.json"
    asked = ("reaction", "--quick", "--epochs", "3", "--json", str(file))
    with lab("bench", *asked) as (running, heard):
        running.wait(timeout=300)
    results = {one["name"]: one for one in json.loads(file.read_text())["results"]}
    shops = results["reaction-two-shops"]
    assert shops["ours"] <= shops["limit"] == 0.6, heard.text
