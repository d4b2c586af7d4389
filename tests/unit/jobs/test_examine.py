"""A trail against itself and its anchors: whatever was done to it is found, and named where it begins."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.anchor import Anchor, Server
from jobs.audit import GENESIS, Draft, Entry, Kind, link
from jobs.audit.examine import Examined, examine
from jobs.audit.gap import draft_of, gap_of

Many = list[Entry]
OLD = Server(run="a", replid="1" * 40, offset=900)
NEW = Server(run="b", replid="2" * 40, offset=500, replid2="1" * 40, second=501)


def draft(name: object, kind: Kind = Kind.EVENT, **evidence: object) -> Draft:
    return Draft(id=str(name), kind=kind, evidence={"n": str(name), **evidence})


def grown(entries: Many, *drafts: Draft) -> Many:
    """The same trail with further entries, as the ledger makes them."""
    made = list(entries)
    for one in drafts:
        seq, prev = (made[-1].seq + 1, made[-1].hash) if made else (1, GENESIS)
        at, body = 1_700_000_000_000_000 + seq, one.body()
        fresh = link(prev=prev, seq=seq, at=at, body=body)
        made.append(Entry(seq=seq, at=at, body=body, prev=prev, hash=fresh))
    return made


def trail(count: int) -> Many:
    return grown([], *(draft(n) for n in range(count)))


def anchor(entry: Entry, redis: Server | None = OLD) -> Anchor:
    return Anchor(
        cluster="shop",
        kind="head",
        seq=entry.seq,
        hash=entry.hash,
        at=entry.at,
        place="etcd",
        redis=redis,
    )


def remade(entries: Many, position: int) -> Many:
    """The chain recomputed from a changed entry on, as somebody does who knows how."""
    bodies = [one.body for one in entries]
    bodies[position] = bodies[position].replace('"n":', '"m":')
    made = entries[:position]
    for one, body in zip(entries[position:], bodies[position:], strict=True):
        prev = made[-1].hash if made else GENESIS
        fresh = link(prev=prev, seq=one.seq, at=one.at, body=body)
        made.append(replace(one, body=body, prev=prev, hash=fresh))
    return made


def signs(found: Examined) -> list[str]:
    return [one.sign for one in found.findings]


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


def trimmed(entries: Many, through: int, export: str = "e" * 64) -> tuple[Many, Anchor]:
    """A trail after retention, and the anchor of it."""
    head = entries[through - 1].hash
    told = draft("c", Kind.CHECKPOINT, through=through, head=head, sha256=export, by="ann")
    note = Anchor(cluster="shop", kind="checkpoint", seq=through, hash=head, at=1, export=export)
    return grown(entries, told)[through:], note


def test_a_trimmed_trail_begins_at_its_checkpoint() -> None:
    """The checkpoint and its anchor say where the beginning went, and the rest is proven as ever."""
    entries = trail(8)
    left, note = trimmed(entries, 5)
    found = examine(left, anchors=[anchor(entries[2]), note, anchor(left[-1])], asked=True)
    assert (found.sound, signs(found)) == (True, ["checkpoint"])
    assert found.proven == ((6, 9),)


@pytest.mark.parametrize("wrong", ["none", "export", "through"])
def test_a_checkpoint_cannot_be_made_up(wrong: str) -> None:
    """Somebody with Redis alone drops entries and writes a checkpoint: no anchor confirms it."""
    left, note = trimmed(trail(8), 5)
    notes = {
        "none": [],
        "export": [replace(note, export="d" * 64)],
        "through": [trimmed(trail(8), 4)[1]],
    }[wrong]
    found = examine(left, anchors=notes, asked=True)
    assert not found.sound
    assert "checkpoint-unproven" in signs(found)


def test_a_checkpoint_is_doubtful_while_nobody_was_asked() -> None:
    """Offline it can be neither confirmed nor denied."""
    left, _ = trimmed(trail(8), 5)
    found = examine(left)
    assert (found.sound, signs(found), found.findings[0].doubtful) == (
        True,
        ["checkpoint-unproven"],
        True,
    )


def gapped(kept: int, lost: int, more: int = 2) -> tuple[Many, list[Anchor]]:
    """A trail that Redis lost the end of, went on, and the chronicle's words about it."""
    entries = trail(kept + lost)
    anchors = [anchor(entries[kept - 1], replace(OLD, offset=400)), anchor(entries[-1])]
    gap = gap_of(anchors[1:], after=anchors[0].mark, at=1_800_000_000_000_000, server=NEW, alive={})
    assert gap is not None
    left = grown(entries[:kept], *(draft(f"new{n}") for n in range(more)), draft_of(gap))
    return left, [*anchors, gap]


@pytest.mark.parametrize("more", [0, 1, 2, 5])
def test_a_gap_is_no_tampering(more: int) -> None:
    """Redis failed over and lost entries 4 and 5: anchored and told, so the trail is sound."""
    left, anchors = gapped(3, 2, more)
    found = examine(left, anchors=anchors, asked=True)
    assert found.sound
    [gap] = found.findings
    assert gap.sign == "gap"
    assert "Gap, not tampering" in gap.text


def test_a_gap_cannot_be_made_up() -> None:
    """Somebody with Redis alone cuts the end off and writes a gap: no anchor confirms it, and what was
    anchored is still missed."""
    left, anchors = gapped(3, 2)
    found = examine(left, anchors=anchors[:-1], asked=True)
    assert not found.sound
    assert set(signs(found)) == {"gap-unproven", "recomputed"}


def test_a_true_gap_covers_nothing_else() -> None:
    """A trail with a proven gap is cut once more: the gap explains what it names, and no more."""
    left, anchors = gapped(3, 2)
    longer = grown(left, draft("a"), draft("b"))
    more = [*anchors, anchor(longer[-1])]
    assert examine(longer, anchors=more, asked=True).sound
    assert signs(examine(longer[:-1], anchors=more, asked=True)) == ["ends-early", "gap"]
    false = remade(longer, 1)
    assert "recomputed" in signs(examine(false, anchors=more, asked=True))


@pytest.mark.parametrize(
    ("at", "sound"), [(0, True), (1_700_000_000_000_000, True), (1_900_000_000_000_000, False)]
)
def test_what_slack_noted_of_a_lost_entry_is_explained_too(at: int, *, sound: bool) -> None:
    """Slack names no server: what it noted before the gap counts as lost with it, later notes do not."""
    left, anchors = gapped(3, 2, more=1)
    noted = replace(anchor(trail(5)[3], None), at=at, place="Slack")
    assert examine(left, anchors=[*anchors, noted], asked=True).sound is sound


def test_a_word_in_the_evidence_claims_nothing() -> None:
    """An event that quotes a checkpoint is an event."""
    quoted = draft("q", through=3, fact={"kind": "checkpoint", "evidence": {"through": 3}})
    assert examine(grown(trail(3), quoted), asked=True).findings == ()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"kind":"trail-gap"}',
        '{"kind":"checkpoint","evidence":3}',
        '{"kind":"checkpoint",',
    ],
)
def test_a_claim_that_is_none_breaks_nothing(body: str) -> None:
    """Bodies that are no entry's are found false, and nothing is raised."""
    entry = trail(1)[0]
    false = replace(entry, body=body, hash=hashlib.sha256(b"").hexdigest())
    assert not examine([false], asked=True).sound


def test_an_empty_trail_is_sound_unless_something_was_anchored() -> None:
    """Nothing is what there is before the first event."""
    assert examine([], asked=True).sound
    assert signs(examine([], anchors=[anchor(trail(2)[1])], asked=True)) == ["ends-early"]
