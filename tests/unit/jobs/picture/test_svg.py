import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from jobs.picture import NARROW, PALETTE, WIDE, draw, figure
from jobs.picture.letters import span_of
from jobs.story import Story
from tests import tale
from tests.tale import START, Tale
from tests.unit.jobs.picture.stories import NOW, stories
from tests.unit.jobs.story.drills import NAMES, story_of

SVG = "{http://www.w3.org/2000/svg}"
KNOWN = {"svg", "title", "desc", "defs", "pattern", "path", "circle", "g", "rect", "line", "text"}
EVIL = "</text><script>alert(1)</script>\"' onload=x & \x07 \u202e"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - we made it


@settings(max_examples=60)
@given(story=stories(), now=NOW)
def test_whatever_was_told_is_well_formed(story: Story, now: float) -> None:
    """No name, reason or note makes an element, an attribute, or broken XML."""
    for shape in (WIDE, NARROW):
        tree = parsed(draw(story, now=now, shape=shape))
        assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= KNOWN
        assert not any(re.match(r"(?i)on|style|href", a) for e in tree.iter() for a in e.attrib)


def test_foreign_words_stay_words() -> None:
    """A member called like markup is shown by that very name."""
    tale_ = Tale().key(0, None).opened(0.1, before=EVIL).key(2, EVIL)
    tale_.verdict(2.1, "confirmed", EVIL, member=EVIL).planned(2.1, "web1")
    tale_.host(3, "web1", outcome=EVIL, reason=EVIL).acknowledged(4, EVIL, EVIL)
    text = draw(tale_.story, now=START + 9)
    assert "<script" not in text
    assert any("<script>alert(1)</script>" in (e.text or "") for e in parsed(text).iter())


@pytest.mark.parametrize("name", NAMES)
def test_the_words_tell_the_story(name: str) -> None:
    """Title and description say what the picture shows, for whoever cannot see it."""
    story = story_of(name)
    tree = parsed(draw(story, now=START))
    title, told = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == title.get("id")
    assert tree.get("aria-describedby") == told.get("id")
    assert story.id in (title.text or "")
    assert story.seconds is not None
    assert f"Concluded after {span_of(story.seconds)}." in (told.text or "")


def test_the_description_names_who_failed() -> None:
    """The outage and the host that failed are told in sentences."""
    told = parsed(draw(tale.failover().story, now=START)).find(f"{SVG}desc")
    assert told is not None
    assert told.text is not None
    assert "Writes were out for 29.8 s, for some applications 21.0 s." in told.text
    assert "web2 follows in 1.20 s, after 1 failure, restarted store." in told.text


def test_a_strict_policy_lets_it_through() -> None:
    """There is no style attribute, no script, nothing from elsewhere, and every id is there once."""
    both = figure(tale.failover().story, now=START)
    assert " style=" not in both
    assert "href" not in both
    assert "<style" not in both
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", both)) <= set(ids)


def test_every_class_has_a_colour() -> None:
    """The palette names every class that a picture uses; a forgotten one would be black on black."""
    drawn = "".join(
        figure(getattr(tale, one)().story, now=START + 700)
        for one in ("failover", "seven_hours", "fifty", "etcd_gone")
    )
    used = {c for names in re.findall(r'class="([^"]+)"', drawn) for c in names.split()}
    styled = set(re.findall(r"\.(pbp[a-z-]*)", PALETTE))
    assert used - {"pbp-done", "pbp-person", "pbp-wide"} <= styled


def test_a_failed_try_differs_by_more_than_its_colour() -> None:
    """Failed tries are hatched, and the words beside them say so."""
    text = draw(tale.failover().story, now=START)
    assert 'fill="url(#pbp-wide-failed)"' in text
    assert ">failed, 3.10 s<" in text


def test_an_open_incident_ends_now() -> None:
    """What goes on is drawn up to the present moment, and no further."""
    story = Tale().key(0, None).opened(0.4).verdict(0.4, "not-yet", "nobody leads").story
    assert "nobody led for 10.0 s" in draw(story, now=START + 10)
    assert "nobody led for 25.0 s" in draw(story, now=START + 25)


def test_restarts_of_several_epochs_are_counted() -> None:
    """A service that was restarted twice is said to be so, beside the newest try alone."""
    told = Tale().key(0, None).opened(0.1).verdict(1, "confirmed", "pg2 leads", member="pg2")
    told.host(2, "web1").verdict(5, "confirmed", "pg3 leads", member="pg3", epoch=30)
    text = draw(told.host(6, "web1", member="pg3").concluded(9, 8.9).story, now=START)
    assert text.count(">0.40 s, restarted store (2 times)</text>") == 1
    assert text.count(">0.40 s</text>") == 1


def test_an_outage_that_goes_on_has_no_end() -> None:
    """Only an outage that is over has an edge at its end."""
    assert draw(tale.failover().story, now=START).count("pbp-edge") == 2
    still = Tale().key(0, None).opened(0.4).verdict(0.4, "not-yet", "nobody leads").story
    assert draw(still, now=START + 5).count("pbp-edge") == 1
