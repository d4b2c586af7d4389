"""A fault says by its own fields whom it strikes, so that the checker need not read titles."""

from __future__ import annotations

import pytest

from deploy.lab.nemesis import CutOff, Fault, Kill, LoseMachine, StopEtcd
from deploy.lab.nemesis.fault import struck_by


@pytest.mark.parametrize(
    ("fault", "on"),
    [
        (LoseMachine("pg1"), ("pg1",)),
        (Kill("control", "chronicle"), ("control", "chronicle")),
        (CutOff("pg1", ("etcd1", "etcd2")), ("pg1", "etcd1", "etcd2")),
        (StopEtcd(("etcd3",)), ("etcd3",)),
    ],
)
def test_whom_a_fault_strikes(fault: Fault, on: tuple[str, ...]) -> None:
    """Names alone, and those in a list, too."""
    assert struck_by(fault) == on
