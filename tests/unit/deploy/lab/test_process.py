"""What /proc says of a process, which may end at any moment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.lab.process import about, children, cpu_seconds, own_id, ticks


def test_a_process_has_spent_what_its_children_spent() -> None:
    """A name may hold blanks and brackets; four fields count."""
    stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 1 0 5 6"
    assert ticks(stat) == 11 + 12 + 13 + 14


def test_what_lives_is_told() -> None:
    """A child of ours, and what we spent."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children(os.getpid())
        assert own_id(child.pid) == child.pid  # no machine of its own
        assert about(child.pid, "comm").strip()
        child.communicate(b"\n")
    assert cpu_seconds(os.getpid()) > 0


@pytest.mark.parametrize("error", [FileNotFoundError, ProcessLookupError])
def test_one_that_ends_while_it_is_read_is_gone(
    monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    """The kernel knows its file still when that is opened, and no more when it is read."""

    def vanish(_: Path) -> str:
        raise error

    monkeypatch.setattr(Path, "read_text", vanish)
    assert children(7) == []
    assert own_id(7) is None
    assert cpu_seconds(7) == 0
