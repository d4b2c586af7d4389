from dataclasses import replace

import pytest

from deploy.doctor.subjects.replication import (
    HELD,
    ReplicationSeen,
    Slot,
    Stream,
    judge_replication,
)
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

PG2 = Stream(name="pg2", state="streaming", sync="sync", lag=0.2, behind=0)
SLOT = Slot(name="pg2", active=True, held=0, wal="reserved")
WELL = ReplicationSeen(leader="pg1", streams=(PG2,), slots=(SLOT,), used=9, connections=100)


def test_a_stream_that_keeps_up_is_green() -> None:
    """With how far behind, and how many connections are in use."""
    report = judge_replication("shop", WELL)
    assert told(report) == {}
    assert report.fine == (
        "1 stream from pg1, 0.2 s behind at most, 1 slots",
        "9 of 100 connections in use",
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (DARK, {"not-seen": "amber"}),
        (replace(WELL, streams=()), {"no-stream": "red"}),
        (replace(WELL, streams=(replace(PG2, state=None),)), {"not-seen": "amber"}),
        (replace(WELL, streams=(replace(PG2, state="catchup"),)), {"stream-state": "amber"}),
        (replace(WELL, streams=(replace(PG2, lag=30.0),)), {"replay-lag": "amber"}),
        (replace(WELL, slots=(replace(SLOT, wal="lost"),)), {"slot-lost": "red"}),
        (replace(WELL, slots=(replace(SLOT, active=False, held=3 * HELD),)), {"slot-held": "red"}),
        (replace(WELL, slots=(replace(SLOT, active=False),)), {"slot-idle": "green"}),
        (replace(WELL, used=95), {"connections": "amber"}),
    ],
)
def test_one_thing_wrong(case: ReplicationSeen, expected: dict[str, str]) -> None:
    """Each has a finding of its own, in its colour."""
    assert told(judge_replication("shop", case)) == expected


def test_what_a_slot_holds_is_said() -> None:
    """In GB, with the statement that drops it."""
    report = judge_replication(
        "shop", replace(WELL, slots=(Slot(name="old", active=False, held=3 * HELD),))
    )
    assert "holds 3.0 GB" in words(report, "slot-held")
    assert "pg_drop_replication_slot('old')" in words(report, "slot-held")
