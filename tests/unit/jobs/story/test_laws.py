"""Laws of the fold and of the explainer: whatever is missing or shuffled, they end, and invent nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from jobs.audit import Entry
from jobs.story import Fold, Story, explain, fact_of, fold
from tests.unit.jobs.story.drills import NAMES, drill

MEMBERS = ("pg1", "pg2", "pg3")
names = st.sampled_from(NAMES)


@given(names, st.data())
def test_any_part_of_a_trail_is_explained_without_inventing_anybody(
    name: str, data: st.DataObject
) -> None:
    """Entries lost at random: no exception, and no member that the rest does not name."""
    one = drill(name)
    kept = [e for e in one.entries if data.draw(st.booleans(), label=str(e.seq))]
    story = fold(kept, one.incident)
    assert story is None or set(named(story)) <= set(members_in(kept))


@given(names, st.data())
def test_signals_may_come_in_any_order(name: str, data: st.DataObject) -> None:
    """The explainer sorts what it is given: shuffled, twice over or cut, it does not raise, and the
    whole set says the same in any order."""
    one = drill(name)
    story = fold(one.entries, one.incident)
    assert story is not None
    facts = [fact_of(e) for e in one.entries]
    own = [
        f for f in facts if f.incident in {None, one.incident} and f.at >= story.times.opened - 3
    ]
    shuffled = data.draw(st.permutations(own))
    assert explain(story, shuffled) == explain(story, own)
    part = data.draw(st.lists(st.sampled_from(own)))
    cause = explain(story, part)
    assert cause is None or {p.seq for p in cause.proofs} <= {f.seq for f in part}


@given(names, st.data())
def test_broken_evidence_is_passed_over(name: str, data: st.DataObject) -> None:
    """A value of another shape, anywhere in an entry's evidence, neither raises nor names anybody new."""
    entries = drill(name).entries
    at = data.draw(st.integers(0, len(entries) - 1))
    path = data.draw(st.sampled_from(list(paths(json.loads(entries[at].body)["evidence"]))))
    value: object = data.draw(st.sampled_from([None, 0, "", "x", [], {}, [{}]]))
    story = broken(name, at, path, value)
    assert story is None or set(named(story)) <= {*MEMBERS, "x", "None", ""}


def test_a_claim_without_its_action_is_none() -> None:
    """The stale member's own word, cut short, accuses nobody."""
    own = ("data", "action")
    stale, entries = "stale-member-4", drill("stale-member-4").entries
    claims = [n for n, e in enumerate(entries) if '"on_start"' in e.body and '"primary"' in e.body]
    whole = fold(entries, drill(stale).incident)
    assert whole is not None
    assert whole.cause is not None
    story = broken(stale, claims[-1], own, [])
    assert story is not None
    assert story.cause != whole.cause


def broken(name: str, at: int, path: Path, value: object) -> Story | None:
    """A recorded drill's story with another value somewhere in one entry's evidence."""
    one = drill(name)
    entry, entries = one.entries[at], list(one.entries)
    body = json.loads(entry.body)
    put(body["evidence"], path, value)
    entries[at] = Entry(
        seq=entry.seq, at=entry.at, body=json.dumps(body), prev=entry.prev, hash=entry.hash
    )
    return fold(entries, one.incident)


@given(names, st.lists(st.integers(0, 40)))
def test_a_story_may_be_told_at_any_time(name: str, stops: list[int]) -> None:
    """Looking at an unfinished story changes nothing of its end; an entry taken twice counts once."""
    one = drill(name)
    story = Fold(one.incident)
    for number, entry in enumerate(one.entries):
        story.take(entry)
        if number in stops:
            story.told()
            story.take(entry)
    assert story.told() == fold(one.entries, one.incident)


def named(story: Story) -> Iterator[str]:
    """The members that a story's cause speaks of."""
    if story.cause is not None:
        texts = " ".join((story.cause.text, *(p.text for p in story.cause.proofs)))
        yield from (m for m in MEMBERS if m in texts)


def members_in(entries: list[Entry]) -> Iterator[str]:
    yield from (m for m in MEMBERS if any(f'"{m}"' in e.body for e in entries))


Path = tuple[str, ...]


def paths(value: object, before: Path = ()) -> Iterator[Path]:
    """Every key of nested objects."""
    if before:
        yield before
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*before, key))


def put(value: dict[str, object], path: Path, new: object) -> None:
    *way, last = path
    for key in way:
        inner = value[key]
        assert isinstance(inner, dict)
        value = inner
    value[last] = new
