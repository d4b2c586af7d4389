"""What stops provisioning is told in two lines, whoever stopped it."""

import pytest

from deploy.cli.exits import Exit, Fault
from deploy.cli.provision.faults import by_hand, fault_of
from jobs.ports import LinodeUnavailable
from tests.unit.deploy.provision.values import want


def test_a_hand_that_stops_it_learns_that_nothing_is_lost() -> None:
    """Ctrl-C is no failure, and not the 1 that says that something differs."""
    with pytest.raises(Fault, match="what was created until now stays") as caught, by_hand():
        raise KeyboardInterrupt
    assert (caught.value.exit_code, "goes on from here" in caught.value.remedy) == (75, True)


def test_whoever_is_asked_for_patience_learns_how_long() -> None:
    """Nobody asks again by itself once the command has ended."""
    limited = LinodeUnavailable(
        "too many requests", "it is asked again in 300 s", status=429, retry_after=300.0
    )
    told = fault_of(limited, want())
    assert told.exit_code == Exit.UNAVAILABLE
    assert "after 300 s run it once more" in told.remedy
