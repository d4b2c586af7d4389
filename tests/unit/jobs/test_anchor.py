"""Anchors as values: the same note has one name, old ones thin out, and none is lost that matters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.anchor import NEWEST, Anchor, Server, from_text, name_of, superfluous, to_text

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
SERVERS = st.builds(
    Server,
    run=HASHES,
    replid=HASHES,
    offset=st.integers(0, 2**60),
    replid2=st.none() | HASHES,
    second=st.integers(-1, 2**60),
)
ANCHORS = st.builds(
    Anchor,
    cluster=st.text(min_size=1),
    kind=st.sampled_from(["head", "checkpoint", "gap"]),
    seq=st.integers(0, 10**9),
    hash=HASHES,
    at=st.integers(0, 2**60),
    redis=st.none() | SERVERS,
    export=st.none() | HASHES,
    lost=st.lists(st.tuples(st.integers(1, 10**9), HASHES), max_size=3).map(tuple),
    why=st.text(),
)


@given(anchor=ANCHORS)
def test_an_anchor_survives_its_codec(anchor: Anchor) -> None:
    """Whatever it says, it comes back, with the place that it was read from."""
    assert from_text(to_text(anchor), place="here") == replace(anchor, place="here")
    assert name_of(from_text(to_text(anchor), place="here")) == name_of(anchor)


@given(one=ANCHORS, other=ANCHORS)
def test_another_note_has_another_name(one: Anchor, other: Anchor) -> None:
    """Names differ where what is said of the trail differs, and only there."""
    said = [(a.kind, a.mark, a.export, a.lost) for a in (one, other)]
    assert (name_of(one) == name_of(other)) is (said[0] == said[1])


def _head(seq: int) -> Anchor:
    return Anchor(cluster="shop", kind="head", seq=seq, hash=f"{seq:064d}", at=seq)


def test_thousands_of_heads_thin_out_to_a_few() -> None:
    """The newest all stay; the older ones lie ever further apart, back to the first, whatever the step."""
    kept: list[Anchor] = []
    for number in range(1, 5000):
        kept.append(_head(number * 7))
        drop = superfluous(kept)
        kept = [a for a in kept if a not in drop]
    numbers = [a.seq for a in kept]
    assert numbers[-NEWEST:] == [n * 7 for n in range(5000 - NEWEST, 5000)]
    assert len(numbers) < NEWEST + 20
    distances = [numbers[-1] - n for n in numbers[:-NEWEST]]
    assert all(far <= 5 * near for far, near in pairwise(distances))
    assert distances[0] >= numbers[-1] // 2


@pytest.mark.parametrize("kind", ["checkpoint", "gap"])
def test_checkpoints_gaps_and_what_is_pinned_stay(kind: str) -> None:
    """However old they are: without them a trimmed trail, or a gap, could not be explained."""
    heads = [_head(n) for n in range(1, 500)]
    old = replace(_head(3), kind=kind)  # type: ignore[arg-type]
    drop = superfluous([*heads, old], pinned=[heads[100].mark])
    assert old not in drop
    assert heads[100] not in drop
    assert heads[101] in drop
