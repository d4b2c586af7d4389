"""Disasters that look alike, told apart by what the drill itself left in the trail."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.audit import Entry, Kind, from_line
from jobs.story import CauseKind, episodes, fact_of, fold
from tests.scenarios.drilling import Drilled, drill, passed


def trail(done: Drilled) -> list[Entry]:
    return [from_line(line) for line in done.trail.read_text().splitlines()]


@pytest.mark.parametrize(
    ("scenario", "cause", "restarts"),
    [
        pytest.param(
            "patroni-stopped", CauseKind.PATRONI_STOPPED, [1, 1], marks=pytest.mark.further
        ),
        ("leader-cut", CauseKind.PARTITION, [1, 1]),
        ("etcd-outage", CauseKind.ETCD_OUTAGE, [0, 0]),
    ],
)
def test_a_disaster_has_its_name(
    tmp_path: Path, scenario: str, cause: CauseKind, restarts: list[int]
) -> None:
    """Its one incident names its cause, and nothing moved that should have stayed."""
    done = drill(tmp_path, scenario)
    report = passed(done)
    assert [host["restarts"] for host in report["hosts"]] == restarts
    story = fold(trail(done), "shop-2")
    assert story is not None
    assert story.over
    assert story.cause is not None
    assert story.cause.kind == cause


@pytest.mark.further
def test_a_crash_moves_nothing(tmp_path: Path) -> None:
    """Nobody else leads and no host is touched. One that is over between two looks of the clock opens no
    incident; one that was seen is called a crash."""
    done = drill(tmp_path, "postgres-crash")
    report = passed(done)
    assert [host["restarts"] for host in report["hosts"]] == [0, 0]
    story = fold(trail(done), "shop-2")
    assert story is None or (story.cause and story.cause.kind) == CauseKind.POSTGRESQL_CRASH


def test_a_balancer_s_own_trouble_is_named_in_peace(tmp_path: Path) -> None:
    """The leader's HAProxy dies: no incident, no host is touched, and one episode tells of it."""
    done = drill(tmp_path, "balancer-only")
    passed(done)
    facts = [fact_of(entry) for entry in trail(done)]
    assert [f.incident for f in facts if f.kind == Kind.OPENED] == ["shop-1"]
    [one] = episodes(facts)
    assert one.balancer == "front"
    assert one.ended is not None
