"""The hook as one text: without this file a part could be forgotten, or be no sh."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from deploy.hook import PARTS, hook_script
from tests.contract.hook.node import install


def test_every_part_is_in_it() -> None:
    """What lies in parts/ is in the script, and once."""
    lying = [part.name for part in (files("deploy.hook") / "parts").iterdir()]
    assert sorted(PARTS) == sorted(lying)


def test_it_is_made_of_bytes_that_every_shell_reads() -> None:
    """ASCII, no carriage return, a first line that the kernel knows."""
    assert hook_script().isascii()
    assert "\r" not in hook_script()
    assert hook_script().startswith("#!/bin/sh\n")


def test_the_shell_can_read_it(shell: Path, tmp_path: Path) -> None:
    """It parses from beginning to end."""
    assert complaints(str(shell), "-n", str(install(tmp_path))) == ""


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    """It is clean, wherever there is a shellcheck to ask."""
    shellcheck = shutil.which("shellcheck") or pytest.skip("no shellcheck on this machine")
    assert complaints(str(shellcheck), str(install(tmp_path))) == ""


def complaints(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr
