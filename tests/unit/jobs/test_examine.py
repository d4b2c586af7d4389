"""A trail against itself and its anchors: whatever was done to it is found, and named where it begins."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jobs.audit import GENESIS, Entry, link
from jobs.audit.examine import examine
from tests.unit.jobs.trails import anchor, draft, grown, remade, signs, trail


@given(length=st.integers(1, 12), cuts=st.data())
def test_a_true_trail_is_sound(length: int, cuts: st.DataObject) -> None:
    """Whatever anchors were placed along it, and nothing is found; it is proven up to the newest."""
    entries = trail(length)
    chosen = cuts.draw(st.lists(st.sampled_from(entries), unique=True))
    found = examine(entries, anchors=[anchor(one) for one in chosen], asked=True)
    assert (found.sound, found.findings, found.count) == (True, (), length)
    top = max((one.seq for one in chosen), default=0)
    assert found.proven == (((1, top),) if chosen else ())


@given(data=st.data(), length=st.integers(2, 12))
def test_an_edit_is_found_and_named(data: st.DataObject, length: int) -> None:
    """One field of one entry changed: it is the first bad one, and no entry before it is suspected."""
    entries = trail(length)
    place = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["body", "at", "hash", "prev"]))
    was = getattr(entries[place], field)
    now = was + 1 if field == "at" else was[:-1] + ("0" if was[-1] != "0" else "1")
    entries[place] = replace(entries[place], **{field: now})
    found = examine(entries)
    assert (found.bad, found.walk.entries) == ((place + 1, place + 1), place)


@given(data=st.data(), length=st.integers(3, 12))
def test_a_deletion_is_found_and_named(data: st.DataObject, length: int) -> None:
    """Any row of entries missing, but the end: the first missing one is named."""
    entries = trail(length)
    first = data.draw(st.integers(0, length - 2))
    last = data.draw(st.integers(first, length - 2))
    found = examine(entries[:first] + entries[last + 1 :])
    assert found.bad == (first + 1, last + 1)


@given(data=st.data(), length=st.integers(2, 12))
def test_an_exchange_is_found_and_named(data: st.DataObject, length: int) -> None:
    """Two entries that changed places: the first place is named."""
    entries = trail(length)
    one, other = sorted(
        data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True))
    )
    entries[one], entries[other] = entries[other], entries[one]
    found = examine(entries)
    assert found.bad is not None
    assert found.bad[0] == one + 1


@given(data=st.data(), length=st.integers(2, 12), linked=st.booleans())
def test_an_insertion_is_found_and_named(data: st.DataObject, length: int, *, linked: bool) -> None:
    """A stranger between two entries, with a hash that fits what is before it or without: named, or the
    true entry that bears its number."""
    entries = trail(length)
    place = data.draw(st.integers(0, length - 1))
    prev = entries[place - 1].hash if place else GENESIS
    body = draft("stranger").body()
    fresh = link(prev=prev, seq=place + 1, at=5, body=body) if linked else "f" * 64
    stranger = Entry(seq=place + 1, at=5, body=body, prev=prev, hash=fresh)
    found = examine([*entries[:place], stranger, *entries[place:]])
    assert found.bad is not None
    assert found.bad[0] == place + 1


@given(data=st.data(), length=st.integers(2, 12))
def test_a_hash_made_anew_is_found(data: st.DataObject, length: int) -> None:
    """One entry changed and its hash made anew: it or its successor is named, and an anchor says which."""
    entries = trail(length)
    place = data.draw(st.integers(0, length - 2))
    anchors = [anchor(entries[-1])]
    entries[place] = remade(entries, place)[place]
    found = examine(entries)
    assert found.bad == (place + 1, place + 2)
    assert examine(entries, anchors=anchors, asked=True).bad == (place + 1, place + 1)


@given(data=st.data(), length=st.integers(3, 12))
def test_a_chain_made_anew_is_found_by_its_anchors(data: st.DataObject, length: int) -> None:
    """Recomputed from the middle on, it fits by itself; the first false entry lies between the last
    anchor that agrees and the first that does not."""
    entries = trail(length)
    place = data.draw(st.integers(0, length - 1))
    chosen = data.draw(st.lists(st.integers(0, length - 1), min_size=1, unique=True))
    anchors = [anchor(entries[n]) for n in chosen]
    false = remade(entries, place)
    assert examine(false).sound
    found = examine(false, anchors=anchors, asked=True)
    after = [n for n in chosen if n >= place]
    before = [n + 1 for n in chosen if n < place]
    if not after:
        assert found.sound
        return
    assert signs(found) == ["recomputed"]
    assert found.bad == (max(before, default=0) + 1, min(after) + 1)
    assert found.proven == (((1, max(before)),) if before else ())


@given(data=st.data(), length=st.integers(3, 12), more=st.integers(1, 4))
def test_no_false_entry_is_proven_by_a_later_anchor(
    data: st.DataObject, length: int, more: int
) -> None:
    """The chronicle anchors what stands there, a chain made anew too: in the place of what was anchored
    before, nothing is proven by that."""
    entries = trail(length)
    place = data.draw(st.integers(0, length - 1))
    true = data.draw(st.lists(st.integers(place, length - 1), min_size=1, unique=True))
    false = grown(remade(entries, place), *(draft(f"later {n}") for n in range(more)))
    later = data.draw(st.lists(st.integers(place, len(false) - 1), unique=True))
    anchors = [*(anchor(entries[n]) for n in true), *(anchor(false[n]) for n in later)]
    found = examine(false, anchors=anchors, asked=True)
    proven = {seq for a, b in found.proven for seq in range(a, b + 1)}
    assert not proven & set(range(min(true) + 1, max(true) + 2))
    if all(n > max(true) for n in later):
        assert not proven & set(range(place + 1, max(true) + 2))


@given(data=st.data(), length=st.integers(2, 12))
def test_a_cut_end_is_found_by_its_anchors(data: st.DataObject, length: int) -> None:
    """An old copy, or an end that was cut off: what is missing is said, what is there stays proven."""
    entries = trail(length)
    left = data.draw(st.integers(0, length - 1))
    anchors = [anchor(entries[0]), anchor(entries[-1])]
    found = examine(entries[:left], anchors=anchors, asked=True)
    assert signs(found) == ["ends-early"]
    assert found.bad == (left + 1, length)
    assert found.proven == (((1, 1),) if left else ())


def test_what_stands_behind_a_break_may_be_proven() -> None:
    """An entry was changed in place: anchors prove the others, before and behind it."""
    entries = trail(9)
    anchors = [anchor(entries[1]), anchor(entries[8])]
    entries[4] = replace(entries[4], body=entries[4].body.replace('"n":', '"m":'))
    found = examine(entries, anchors=anchors, asked=True)
    assert (found.bad, found.proven) == ((5, 5), ((1, 2), (6, 9)))


def test_a_cut_beginning_is_found() -> None:
    """Without a checkpoint nobody may drop the oldest entries, not even up to an anchored one."""
    entries = trail(6)
    found = examine(entries[3:], anchors=[anchor(entries[2]), anchor(entries[5])], asked=True)
    assert (signs(found), found.bad, found.proven) == (["begins-late"], (1, 3), ((4, 6),))


def test_a_part_is_sound_behind_the_entry_it_begins_after() -> None:
    """An export of a part, and the entry before it by hand."""
    entries = trail(6)
    assert examine(entries[3:], start=(3, entries[2].hash)).sound
    assert not examine(entries[3:], start=(3, entries[1].hash)).sound
    assert not examine(entries[3:], start=(2, entries[2].hash)).sound


def test_another_head_is_found() -> None:
    """The hash that somebody wrote down is not the newest one's."""
    entries = trail(3)
    assert examine(entries, head=entries[-1].hash).sound
    assert signs(examine(entries, head="0" * 64)) == ["another-head"]


def test_an_empty_trail_is_sound_unless_something_was_anchored() -> None:
    """Nothing is what there is before the first event."""
    assert examine([], asked=True).sound
    assert signs(examine([], anchors=[anchor(trail(2)[1])], asked=True)) == ["ends-early"]
