from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.picture import NARROW, WIDE, Picture, Shape, layout
from jobs.picture.parts import Words
from jobs.story import Story
from tests import tale
from tests.tale import START
from tests.unit.jobs.picture.stories import NOW, stories
from tests.unit.jobs.story.drills import NAMES, story_of

SHAPES = pytest.mark.parametrize("shape", [WIDE, NARROW], ids=lambda s: s.name)
MOST = 900
"""Bars, marks, ticks, flags of one picture, whatever happened."""


@settings(max_examples=150)
@given(story=stories(), now=NOW, shape=st.sampled_from([WIDE, NARROW]))
def test_everything_lies_on_the_canvas(story: Story, now: float, shape: Shape) -> None:
    """Whatever a story is made of: bars have a width and lie within time's part of the canvas, lanes
    follow one another without overlap, and there are never more parts than a browser likes."""
    picture = layout(story, now, shape=shape)
    holds_together(picture)


def holds_together(picture: Picture) -> None:
    shape, bars = picture.shape, [b for lane in picture.lanes for b in lane.bars]
    assert all(b.width >= 0 for b in bars)
    assert all(shape.left - 0.01 <= b.x and b.x + b.width <= shape.right + 0.01 for b in bars)
    assert all(a.y + a.height <= b.y + 0.01 for a, b in pairwise(picture.lanes))
    assert all(
        lane.y <= b.y and b.y + b.height <= lane.y + lane.height
        for lane in picture.lanes
        for b in lane.bars
    )
    assert all(shape.left <= m.x <= shape.right for lane in picture.lanes for m in lane.marks)
    assert all(shape.left - 0.01 <= t.x <= shape.right + 0.01 for t in picture.ticks)
    assert picture.lanes[-1].y + picture.lanes[-1].height <= picture.height
    if picture.outage is not None:
        assert 0 <= picture.outage.partly <= picture.outage.width
    assert parts(picture) <= MOST


def parts(picture: Picture) -> int:
    lanes = sum(1 + len(lane.bars) + len(lane.marks) for lane in picture.lanes)
    return lanes + len(picture.ticks) + len(picture.flags) + len(picture.folds)


@SHAPES
@pytest.mark.parametrize("name", NAMES)
def test_recorded_drills_are_legible(name: str, shape: Shape) -> None:
    """In the picture of a real incident no word stands over another, and none leaves the canvas."""
    story = story_of(name)
    picture = layout(story, story.times.opened + 60, shape=shape)
    holds_together(picture)
    assert_legible(picture)


@SHAPES
@pytest.mark.parametrize("told", ["failover", "switchover", "seven_hours", "fifty", "etcd_gone"])
def test_tales_are_legible(told: str, shape: Shape) -> None:
    """The same for what no drill shows: 0.3 s, seven hours, fifty hosts, no end yet."""
    picture = layout(getattr(tale, told)().story, START + 700, shape=shape)
    holds_together(picture)
    assert_legible(picture)


def assert_legible(picture: Picture) -> None:
    every = list(words_of(picture))
    assert all(w.left >= 0 and w.right <= picture.shape.width + 0.01 for w in every)
    for a in every:
        for b in every:
            assert a is b or not over(a, b), f"{a.text!r} and {b.text!r}"


def over(a: Words, b: Words) -> bool:
    return abs(a.y - b.y) < 10 and a.left + 0.1 < b.right and b.left + 0.1 < a.right


def words_of(picture: Picture) -> list[Words]:
    lanes = [
        w
        for lane in picture.lanes
        for w in (
            lane.name,
            lane.note,
            lane.idle,
            *(b.words for b in lane.bars),
            *(m.words for m in lane.marks),
        )
    ]
    around = [*(t.words for t in picture.ticks), *(f.words for f in picture.folds)]
    keys = [k.words for k in picture.keys]
    flags = [f.words for f in picture.flags]
    return [w for w in (*lanes, *around, *keys, *flags, picture.begins) if w is not None]


def test_seven_hours_leave_the_failover_legible() -> None:
    """An incident that stayed open for hours still gives its first 20 s most of the width, and says
    how much is left out."""
    picture = layout(tale.seven_hours().story, START)
    out = picture.outage
    assert out is not None
    assert out.width - out.partly > 0.4 * (WIDE.right - WIDE.left)
    texts = [f.words.text for f in picture.folds if f.words is not None]
    assert "scale changes" in texts
    assert any(text.endswith("left out") for text in texts)


def test_the_outage_has_its_length_written_on_it() -> None:
    """The lane of writes says how long they were out; while an incident is open, so far."""
    assert "out 21.0 s" in texts_of(layout(tale.failover().story, START))
    still = tale.Tale().key(0, None).opened(0.4).verdict(0.4, "not-yet", "nobody leads")
    assert "out 10.0 s so far" in texts_of(layout(still.story, START + 10))


def test_fifty_hosts_share_a_lane_and_failures_stand_alone() -> None:
    """47 hosts that followed at once are one lane with their span; each that failed has its own."""
    lanes = {
        lane.name.text: lane.note and lane.note.text
        for lane in layout(tale.fifty().story, START).lanes
    }
    assert lanes["47 hosts"] == "followed within 1.55 s"
    assert lanes["web50"] == "follows at try 2"
    assert len(lanes) == 7


def test_fifty_failing_hosts_stay_few_lanes() -> None:
    """Where everybody fails, the worst stand alone and the rest are counted."""
    lanes = layout(tale.fifty(failing=50).story, START).lanes
    assert [lane.name.text for lane in lanes][-1] == "38 more hosts"
    assert len(lanes) == 3 + 12 + 1


def test_a_host_behind_a_balancer_keeps_its_name() -> None:
    """The lane is called after the host; what it stands behind is its note."""
    lanes = layout(story_of("balancer-only-4"), START).lanes
    behind = [lane for lane in lanes if lane.note and "behind front" in lane.note.text]
    assert [lane.name.text for lane in behind] == ["shop2"]


def test_nothing_known_is_said_in_words() -> None:
    """An incident of which only the opening is known has lanes that say so."""
    picture = layout(tale.Tale().opened(0, before=None).story, START + 5)
    said = {lane.name.text: lane.idle.text for lane in picture.lanes if lane.idle is not None}
    assert said == {
        "Leader": "nobody was heard to lead",
        "Verification": "no verdict yet",
        "Writes": "no loss of the leader was heard",
    }


def texts_of(picture: Picture) -> list[str]:
    return [w.text for w in words_of(picture)]


def test_an_incident_that_repeats_itself_stays_a_picture() -> None:
    """Of hundreds of verdicts and alarms the first ones are drawn, and it is said that more came."""
    told = tale.Tale().opened(0)
    for number in range(150):
        told.verdict(number * 2, "unknown", "etcd cannot be asked").alarm(number * 2, "still")
        told.verdict(number * 2 + 1, "not-yet", "nobody leads")
    lanes = {lane.name.text: lane for lane in layout(told.story, START + 300).lanes}
    assert len(lanes["Verification"].bars) == 61
    assert lanes["Verification"].bars[-1].told == "140 more"
    assert len(lanes["Said"].marks) == 60
