"""A picture of the bench: every value has its place, nothing stands outside or over another, and foreign words stay words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.lab.bench.plot import NARROW, WIDE, Shape, Sheet, layout, plot
from deploy.lab.bench.plot.scale import scale_of, ticks
from deploy.lab.bench.plot.strips import DOTS
from deploy.lab.bench.result import Group, Series
from jobs.picture.letters import width_of
from jobs.picture.parts import Words

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "a<b & c|d \"e\" 'f'</text><script>alert(1)</script>\x07\u202e"
LONG = "what one calls it when every word seems to matter and none may be left out of the name " * 3
SHAPES = (WIDE, NARROW)
VALUES = st.lists(st.just(0.0) | st.floats(1e-6, 1e6) | st.floats(-1e3, -1e-6), max_size=9)
GROUPS = st.lists(st.tuples(st.text(max_size=60), VALUES), max_size=4).map(
    lambda named: group(*(Series(name=name, values=values) for name, values in named))
)


def group(*series: Series, title: str = "seconds until all follow") -> Group:
    return Group(title=title, series=series)


def series(*values: float, name: str = "pgbaton", unit: str = "s") -> Series:
    return Series(name=name, values=values, unit=unit)


def labels(sheet: Sheet) -> list[str]:
    return [one.words.text for one in sheet.ticks]


def words_of(sheet: Sheet) -> list[Words]:
    strips = (w for one in sheet.strips for w in (*one.name, one.note, one.said) if w is not None)
    steps = (one.words for one in sheet.ticks)
    return [*sheet.heading, *strips, *steps, *sheet.axis, *(one.words for one in sheet.keys)]


def test_alike_series_begin_at_zero() -> None:
    """Twice as long looks twice as long, where the medians are within a factor of ten."""
    sheet = layout(group(series(2.0), series(4.0, name="ansible")))
    first, second = (one.median for one in sheet.strips)
    assert first is not None
    assert second is not None
    assert labels(sheet)[0] == "0"
    assert second - WIDE.left == pytest.approx(2 * (first - WIDE.left))
    assert [one.text for one in sheet.axis] == ["seconds"]


def test_far_apart_series_are_logarithmic() -> None:
    """Beyond a factor of ten the axis is logarithmic, says so, and its figures are plain."""
    assert "0" in labels(layout(group(series(0.5), series(5.0))))
    sheet = layout(group(series(0.0004), series(5.1)))
    assert [one.text for one in sheet.axis] == ["seconds, on a logarithmic scale"]
    assert labels(sheet) == ["0.001", "0.01", "0.1", "1", "10"]
    assert not any(re.search(r"[eE×^]", one) for one in labels(sheet))
    assert sheet.broken is None


def test_seconds_below_one_are_told_in_milliseconds() -> None:
    """All series of a picture at once: figures beside each other are of one unit."""
    below = layout(group(series(0.0917), series(0.5)))
    assert [one.said.text for one in below.strips] == ["91.7 ms", "500 ms"]
    assert [one.text for one in below.axis] == ["milliseconds"]
    mixed = layout(group(series(0.0917), series(1.5)))
    assert [one.said.text for one in mixed.strips] == ["0.0917 s", "1.5 s"]


def test_nothing_has_its_own_place_on_a_logarithmic_axis() -> None:
    """Zero, and less, stand at the left edge, where the axis says so, before a break."""
    sheet = layout(group(series(0.0, -1.0, 1.0, 1.0, 1.0), series(200.0), series(0.0)))
    assert labels(sheet)[:2] == ["≤ 0", "1"]
    assert labels(layout(group(series(0.0, 1.0, 2.0), series(200.0))))[0] == "0"
    assert sheet.ticks[0].x == WIDE.left == sheet.strips[2].median
    assert sheet.broken is not None
    assert WIDE.left < sheet.broken < sheet.ticks[1].x
    assert [dot.x for dot in sheet.strips[0].dots[:2]] == [WIDE.left, WIDE.left]


@pytest.mark.parametrize("values", [(0.5,) * 20, (0.0, 0.0), (-0.2, -0.2)])
def test_equal_values_stay_countable(values: Sequence[float]) -> None:
    """They have one place, on an axis that has a length; each value is a dot of its own."""
    sheet = layout(group(series(*values)))
    strip = sheet.strips[0]
    assert len(strip.dots) == len(set(strip.dots)) == len(values)
    assert {dot.x for dot in strip.dots} == {strip.median} == {strip.p99}
    assert len(sheet.ticks) > 2
    assert sheet.ticks[0].x < sheet.ticks[-1].x


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
@pytest.mark.parametrize("value", [0.5, 0.0, -0.2])
def test_one_value_is_a_mark_with_its_figure(value: float, shape: Shape) -> None:
    """What was measured once has neither dots nor a p99, and the legend says so."""
    sheet = layout(group(series(value, unit="MB")), shape=shape)
    strip = sheet.strips[0]
    assert (strip.dots, strip.p99, strip.note) == ((), None, None)
    assert strip.said.text == f"{value:g} MB"
    assert [one.words.text for one in sheet.keys] == ["measured once"]
    assert strip.told == f"pgbaton: {value:g} MB, measured once."
    assert len(sheet.ticks) > 2
    assert sheet.ticks[0].x < sheet.ticks[-1].x


def test_a_figure_stands_where_there_is_room() -> None:
    """Beside its mark, right of it or left, and never over it."""
    names = [
        series(value, name=str(value), unit="requests a minute") for value in (1.0, 50.0, 99.0)
    ]
    for shape in SHAPES:
        for strip in layout(group(*names), shape=shape).strips:
            assert strip.median is not None
            assert strip.said.right < strip.median or strip.said.left > strip.median


def test_a_series_without_values_says_so() -> None:
    """Its strip stands there without a mark, and the others are drawn; so is a group of nothing."""
    sheet = layout(group(series(0.5), series(name="ansible")))
    assert sheet.strips[1].said.text == "nothing measured"
    assert (sheet.strips[1].median, sheet.strips[1].p99) == (None, None)
    assert "ansible: nothing measured." in sheet.told
    assert ET.fromstring(plot(group()))  # noqa: S314 - we made it


def test_many_values_are_thinned_evenly() -> None:
    """The least and the greatest are drawn, and the strip says how many are."""
    strip = layout(group(series(*map(float, range(1, 3001))))).strips[0]
    assert len(strip.dots) == DOTS
    assert strip.note is not None
    assert strip.note.text == f"3000 measurements, {DOTS} drawn"
    scale = scale_of([series(3000.0)], left=WIDE.left, right=WIDE.right)
    assert (strip.dots[0].x, strip.dots[-1].x) == (scale.x(1.0), scale.x(3000.0))


def test_two_units_on_one_axis_are_refused() -> None:
    """Whoever made the group is told what to do."""
    with pytest.raises(ValueError, match="one axis cannot show MB, s: make a Group of each"):
        layout(group(series(1.0), series(1.0, unit="MB")))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
def test_long_names_are_cut_and_told_in_full(shape: Shape) -> None:
    """Two lines and an ellipsis are drawn; whoever asks is told everything."""
    strip = layout(group(series(1.0, name=LONG)), shape=shape).strips[0]
    assert len(strip.name) == 2
    assert strip.name[1].text.endswith("…")
    assert LONG.strip() in strip.told
    assert layout(group(series(1.0, name="x" * 400)), shape=shape).strips[0].name[0].text[-1] == "…"


@settings(max_examples=40)
@given(one=GROUPS, shape=st.sampled_from(SHAPES))
def test_nothing_stands_outside(one: Group, shape: Shape) -> None:
    """Whatever was measured: strips follow one another, and all words and marks are on the paper."""
    sheet = layout(one, shape=shape)
    assert all(a.y + a.height == b.y for a, b in pairwise(sheet.strips))
    assert all(
        w.left >= 0 and w.right <= shape.width and 0 < w.y < sheet.height for w in words_of(sheet)
    )
    for strip in sheet.strips:
        marks = [*(dot.x for dot in strip.dots), strip.median, strip.p99]
        assert all(shape.left <= x <= shape.right for x in marks if x is not None)
        assert all(strip.top < dot.y < strip.bottom for dot in strip.dots)
        assert strip.y <= strip.ground < strip.top < strip.bottom < strip.y + strip.height
        named = (*strip.name, *([strip.note] if strip.note else []))
        assert all(strip.y < w.y < strip.y + strip.height for w in (*named, strip.said))


@given(values=st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=9), shape=st.sampled_from(SHAPES))
def test_more_is_never_further_left(values: list[float], shape: Shape) -> None:
    """On either axis; and its figures do not touch each other."""
    scale = scale_of([series(one) for one in values], left=shape.left, right=shape.right)
    places = [scale.x(one) for one in sorted(values)]
    assert all(a <= b for a, b in pairwise(places))
    assert shape.left <= places[0]
    assert places[-1] <= shape.right
    steps = ticks(scale, lambda text: width_of(text, shape.small))
    widths = [width_of(text, shape.small) for _, text in steps]
    assert len(steps) > 1
    for (a, first), (b, second) in pairwise(zip((x for x, _ in steps), widths, strict=True)):
        assert a + first / 2 < b - second / 2


@settings(max_examples=25)
@given(one=GROUPS, shape=st.sampled_from(SHAPES))
def test_whatever_was_measured_is_well_formed(one: Group, shape: Shape) -> None:
    """The same values make the same bytes, and no name makes an element or an attribute."""
    text = plot(one, shape=shape)
    assert text == plot(one, shape=shape)
    known = {"svg", "title", "desc", "style", "g", "rect", "circle", "line", "path", "text"}
    tree = ET.fromstring(text)  # noqa: S314 - we made it
    assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= known
    assert not any(re.match(r"(?i)on|style|href", a) for e in tree.iter() for a in e.attrib)


def test_foreign_words_stay_words() -> None:
    """A name like markup is shown by that very name, without what cannot be seen."""
    text = plot(group(series(1.0, name=EVIL, unit="<&|"), title=EVIL), shape=NARROW)
    tree = ET.fromstring(text)  # noqa: S314 - we made it
    title, told = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert "<script" not in text
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in (title.text or "")
    assert ": 1 <&|, measured once." in (told.text or "")


def test_it_needs_nothing_from_elsewhere() -> None:
    """An image on a page may load nothing; it knows both themes, and every mark by more than its colour."""
    text = plot(group(series(1.0, 2.0), series(3.0, name="ansible")))
    assert not re.search(r"url\(|href|@import|<script|http(?!://www\.w3\.org/2000/svg)", text)
    assert "prefers-color-scheme:dark" in text
    assert 'role="img"' in text
    styled = set(re.findall(r"\.([a-z0-9]+)[,{]", text))
    assert set(re.findall(r'class="([^"]+)"', text)) - {"name"} <= styled
    assert text.count('class="median"') == text.count('class="p99"') == 2 + 1
    assert text.count("<circle") == 3 + 1
