"""A choice of the matrix, two labs at a time: what a whole `./dev drill all` shows, as far as CI's time goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import parts
from tests.scenarios.drilling import PROGRAMS, lab

CHOICE = (
    "stale-member",
    "stale-isolated",
    "leader-cut",
    "etcd-outage",
    "etcd-restored",
    "redis-failover",
    "linode-down",
    "worker-killed-restart",
    "balancer-only",
    "host-restart-fails",
    "overtaken",
)
WITHIN = 1800
"""Seconds for all of them."""

Report = Mapping[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Report]:
    """Every chosen drill's report, by its name."""
    parts.require_root()
    for program in PROGRAMS:
        parts.require(program)
    folder: Path = tmp_path_factory.mktemp("choice")
    files = ("--report", str(folder / "report.json"), "--results", str(folder / "results.jsonl"))
    with lab("drill", *CHOICE, "--at-once", "2", *files) as (running, heard):
        running.wait(timeout=WITHIN)
    heard.thread.join(10)
    drills = json.loads((folder / "report.json").read_text())["drills"]
    return {one["scenario"]: {**one, "said": heard.text} for one in drills}


@pytest.mark.timeout(WITHIN + 30)
@pytest.mark.parametrize("name", CHOICE)
def test_a_disaster_ends_as_it_must(played: Mapping[str, Report], name: str) -> None:
    """Every invariant held, those of its own outcome included, and no order is lost."""
    report = played[name]
    broken = {one["name"]: one["evidence"] for one in report["invariants"] if not one["held"]}
    assert broken == {}, report["said"]
    assert report["verdict"] == "pass"
    assert report["orders"]["lost"] == 0
    assert report["orders"]["acknowledged"] > 0
