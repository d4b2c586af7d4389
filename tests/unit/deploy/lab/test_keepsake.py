"""A drill's keepsakes are whole, belong to the checkout's owner, and make room."""

from __future__ import annotations

from pathlib import Path

from deploy.lab.drill.keepsake import KEPT, keep, rehearsed
from jobs.audit import from_line, verify
from jobs.inventory.cluster import Objectives
from tests.unit.deploy.lab import histories as h

AT = 1_795_633_200.0


def kept(drills: Path, *, at: float = AT) -> list[str]:
    drills.mkdir(exist_ok=True)
    return [
        str(page.relative_to(drills))
        for page in keep(
            h.GOOD, scenario="switchover", at=at, objectives=Objectives(), drills=drills
        )
    ]


def test_post_mortem_trail_and_thread_are_kept(tmp_path: Path) -> None:
    """Of the drill's own incidents; the one in which the lab came up is none."""
    [page] = kept(tmp_path / "drills")
    assert page == "switchover-20261125T190000Z/shop-36.html"
    folder = tmp_path / "drills" / "switchover-20261125T190000Z"
    names = {"trail.jsonl", "slack.txt", "shop-36.md", "shop-36.html"}
    assert {path.name for path in folder.iterdir()} == names
    walked = verify(map(from_line, (folder / "trail.jsonl").read_text().splitlines()))
    assert (walked.bad, walked.head) == (None, h.ENTRIES[-1].hash)
    assert "shop-36" in (folder / "shop-36.md").read_text()


def test_the_oldest_make_room(tmp_path: Path) -> None:
    """Whatever their scenario: the newest stay."""
    drills = tmp_path / "drills"
    (drills / "worker-killed-20260101T000000Z").mkdir(parents=True)
    for number in range(KEPT):
        kept(drills, at=AT + number)
    left = sorted(path.name for path in drills.iterdir())
    assert len(left) == KEPT
    assert left[0] == "switchover-20261125T190000Z"


def test_a_lab_that_only_came_up_keeps_that(tmp_path: Path) -> None:
    """Where a drill failed before its fault, the first incident is all there is."""
    first = h.telling(h.GOOD, h.DRAFTS[:5])
    assert rehearsed(first) == ["shop-13"]
