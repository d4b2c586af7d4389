import datetime as dt
from typing import get_args

import pytest

from deploy.doctor.subjects.keys import WHY, judge_keys
from deploy.keyring.row import Expiry, State
from tests.unit.deploy.doctor.subjects.told import told, words

WELL = Expiry(what="certificate", whose="pg1.patroni", left=dt.timedelta(days=90))


def row(state: State) -> Expiry:
    left = dt.timedelta(days=-2 if state == "expired" else 9)
    return Expiry(what="ca", whose="pgbaton", state=state, left=left, remedy="pgbaton keys renew")


def test_keys_that_are_well_are_green() -> None:
    """With the one that ends first."""
    report = judge_keys([WELL, Expiry(what="ssh", whose="push")])
    assert told(report) == {}
    assert report.fine == ("2 of 2 as they should be; certificate pg1.patroni ends in 90 days",)


@pytest.mark.parametrize("state", [s for s in get_args(State) if s != "ok"])
def test_each_state_is_told(state: State) -> None:
    """What has ended is red, all else amber, and each says why it hurts."""
    report = judge_keys([WELL, row(state)])
    assert told(report) == {f"key-{state}": "red" if state == "expired" else "amber"}
    assert words(report, f"key-{state}").startswith(f"ca pgbaton is {state}")
    assert WHY[state]
