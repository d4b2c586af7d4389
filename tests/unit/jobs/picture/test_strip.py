from hypothesis import given, settings

from jobs.picture import strip
from jobs.picture.strip import COLUMNS, NAMES
from jobs.story import Story
from tests import tale
from tests.tale import START
from tests.unit.jobs.picture.stories import NOW, stories


def test_lanes_stand_below_one_another() -> None:
    """In letters the same lanes begin in the same column, and the failed try stands before the other."""
    lines = strip(tale.failover().story, now=START).splitlines()
    web2 = next(line for line in lines if line.startswith("web2"))
    bar = web2[NAMES + 1 : NAMES + 1 + COLUMNS]
    assert 0 < bar.index("x") < bar.index("─────") < bar.index("█")
    assert web2.endswith("follows at try 2")
    assert next(line for line in lines if "0 s" in line)[NAMES + 1 :].startswith("0 s")


@settings(max_examples=60)
@given(story=stories(), now=NOW)
def test_a_lane_stays_a_line(story: Story, now: float) -> None:
    """No name breaks a line or steers a terminal."""
    text = strip(story, now=now)
    assert all(line.isprintable() for line in text.split("\n"))
