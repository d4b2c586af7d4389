"""What the chronicle leaves for others of its anchors."""

from __future__ import annotations

import json

from jobs.remembered import ANCHORS_TROUBLE, anchored
from tests.unit.workers.anchored import Stage
from workers.anchor_notes import AnchorNotes


def told(stage: Stage, notes: AnchorNotes) -> str:
    stage.passes(10)
    notes.tell(stage.anchoring.failing, stage.anchoring.last)
    return stage.ledger.recall(ANCHORS_TROUBLE) or ""


def test_trouble_is_noted_until_it_is_over() -> None:
    """With its reason; and the newest anchor as soon as one stands."""
    stage = Stage()
    notes = AnchorNotes(stage.ledger)
    stage.place.away = "etcd has no leader"
    stage.says("a")
    assert "shop: etcd has no leader" in json.loads(told(stage, notes))["reason"]
    assert anchored("shop", stage.ledger) is None
    stage.place.away = ""
    assert told(stage, notes) == ""
    assert anchored("shop", stage.ledger) == 1


def test_what_another_process_left_is_taken_back() -> None:
    """Also while Redis was away when it was to be told first."""
    stage = Stage()
    stage.ledger.remember(ANCHORS_TROUBLE, "old")
    stage.ledger.break_down()
    notes = AnchorNotes(stage.ledger)
    notes.tell({}, {})
    stage.ledger.recover()
    notes.tell({}, {})
    assert stage.ledger.recall(ANCHORS_TROUBLE) == ""
