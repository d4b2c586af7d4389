"""The whole architecture on booted Debian machines, from nothing but an inventory, its keys and a push."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.lab.machines.able import unable
from tests import parts
from tests.scenarios.drilling import drill, passed

STEP = re.compile(r"^ *[\d.]+ s  (.+ \([\d.]+ s\))$", re.MULTILINE)
WITHIN = 480
"""Seconds: what the drill may take on two cores, the making of its image included."""


@pytest.mark.timeout(WITHIN + 30)
def test_the_leader_s_machine_is_lost(tmp_path: Path, measured: Callable[[str], None]) -> None:
    """Eleven machines boot, push alone brings them up with TLS everywhere and finds nothing left to do, and
    when the leader is lost both php-fpm shops are restarted once, by systemd through a hardened login."""
    parts.require_root()
    reason = unable()
    if reason is not None:
        pytest.skip(reason)
    done = drill(tmp_path, "kill-leader-machine", "--machines", within=WITHIN)
    report = passed(done)
    assert {host["outcome"] for host in report["hosts"]} <= {"changed", "resumed"}
    assert report["orders"]["lost"] == 0
    assert report["times"]["unmanaged_host"] is None
    assert report["times"]["last_host"] - report["times"]["leader_writable"] < 8
    steps = STEP.findall(done.output)
    assert any(step.startswith("pgbaton push brought") for step in steps), done.output
    for step in steps:
        measured(f"machines: {step}")
