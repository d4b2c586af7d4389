"""What systemd does to Patroni in the two bad moments: when it is stopped, and when memory ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deploy.blueprint import Blueprint


@pytest.fixture
def said(blueprints: Mapping[str, Blueprint]) -> set[str]:
    """Give the unit's lines."""
    path = "/etc/systemd/system/patroni.service"
    (unit,) = (f for f in blueprints["pg1"].files if f.path == path)
    return set(unit.text.splitlines())


def test_only_patroni_is_told_to_end(said: set[str]) -> None:
    """It stops PostgreSQL in order; systemd neither does so over its head nor kills it after 90 s."""
    assert "KillMode=process" in said
    assert "TimeoutStopSec=300" in said


def test_when_memory_ends_a_session_goes_and_not_the_postmaster(said: set[str]) -> None:
    """What is spared below it would be every session too, did PostgreSQL not give them the usual score back."""
    assert "OOMScoreAdjust=-900" in said
    assert "Environment=PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj" in said
