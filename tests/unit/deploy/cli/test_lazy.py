"""Doors whose modules are not there, as the lab's on a machine."""

import pytest
from click.testing import CliRunner

from deploy.cli.lazy import LazyGroup

ABSENT = LazyGroup(doors={"lab": ("deploy.nowhere.slack.show:lab", "Look into a running lab.")})
BROKEN = LazyGroup(doors={"bad": ("tests.unit.deploy.cli.broken_door:bad", "Is broken.")})


def test_a_door_that_is_not_installed_is_a_wrong_call() -> None:
    """It says so, and where it could be called from."""
    seen = CliRunner().invoke(ABSENT, ["lab"])
    assert seen.exit_code == 2
    assert "`pgbaton lab` is not part of the program that is installed here" in seen.stderr
    assert "call it from a checkout" in seen.stderr


def test_a_door_whose_library_is_missing_is_a_bug() -> None:
    """Nothing is told away that an installation lacks."""
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        CliRunner().invoke(BROKEN, ["bad"], catch_exceptions=False)
