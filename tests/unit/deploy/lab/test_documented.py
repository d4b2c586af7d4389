"""docs/drills.md tells of every drill there is, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.lab.drill.disasters import DISASTERS

PAGE = Path(__file__).parents[4] / "docs/drills.md"
ROW = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)


def test_every_drill_has_its_row() -> None:
    """With what happens in the very words of the drill; one more for each further timing of Patroni."""
    text = PAGE.read_text()
    assert list(dict.fromkeys(ROW.findall(text))) == list(DISASTERS)
    for name, disaster in DISASTERS.items():
        assert f"| `{name}` | {disaster.title} |" in text
