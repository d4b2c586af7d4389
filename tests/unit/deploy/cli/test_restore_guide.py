"""docs/restore.md is read by somebody who was asleep a minute ago: its commands must exist."""

import re
import shlex
from pathlib import Path

import pytest

from jobs.audit import Kind
from tests.unit.deploy.cli.desk import Operator

GUIDE = Path(__file__).parents[4] / "docs" / "restore.md"
GROUPS = {"audit"}


def _commands() -> list[str]:
    text = GUIDE.read_text()
    lines = [line.strip() for line in text.splitlines() if line.startswith("    pgbaton ")]
    spans = re.findall(r"`(pgbaton [^`]+)`", text)
    return sorted({shlex.join(shlex.split(one, comments=True)) for one in (*lines, *spans)})


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_one(ann: Operator, command: str) -> None:
    """With the options that stand there."""
    _, *words = shlex.split(command)
    path = words[: 2 if words[0] in GROUPS else 1]
    said = ann.types(*path, "--help")
    assert said.exit_code == 0, said.output
    for option in (word for word in words if word.startswith("--")):
        assert option in said.output


def test_the_alarm_leads_there(ann: Operator) -> None:
    """What is said when epochs went back names this page, and the words by which it is found there."""
    world = ann.world
    world.fail_over("pg2")
    world.settle()
    world.dcs.revision = 1
    world.fail_over("pg3")
    world.live_on(seconds=10)
    [alarm] = world.told(Kind.ALARM)
    assert "docs/restore.md" in alarm["remedy"]
    assert "etcd's revision went back" in alarm["reason"]
    assert "etcd's revision went back" in GUIDE.read_text()
