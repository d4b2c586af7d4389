"""Notes between processes: the newest counts, and what is none of ours is none."""

from __future__ import annotations

import pytest

from jobs.remembered import anchored, anchored_name, proof_name, proven_at
from jobs.state import ClusterState, Settled
from tests.fakes.ledger import FakeLedger


def state(*, verified: float | None) -> ClusterState:
    return ClusterState(cluster="shop", now=1000.0, settled=Settled(verified=verified))


@pytest.mark.parametrize(
    ("verified", "noted", "newest"),
    [
        (None, None, None),
        (900.0, None, 900.0),
        (900.0, "950.5", 950.5),
        (960.0, "950.5", 960.0),
        (None, "950.5", 950.5),
        (900.0, "nan", 900.0),
        (900.0, "inf", 900.0),
        (900.0, "yesterday", 900.0),
    ],
)
def test_the_newest_proof_counts(
    verified: float | None, noted: str | None, newest: float | None
) -> None:
    """That of the last incident, or one in peace; what no clock can show is passed over."""
    ledger = FakeLedger()
    if noted is not None:
        ledger.remember(proof_name("shop"), noted)
    assert proven_at(state(verified=verified), ledger) == newest


@pytest.mark.parametrize(
    ("noted", "number"), [(None, None), ("12", 12), ("", None), ("x", None), ("-1", None)]
)
def test_the_newest_anchor_is_a_number(noted: str | None, number: int | None) -> None:
    """Or not known."""
    ledger = FakeLedger()
    if noted is not None:
        ledger.remember(anchored_name("shop"), noted)
    assert anchored("shop", ledger) == number
