"""Checkpoints and gaps: what a trail says of itself counts with its anchor, and is a lie without."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from jobs.anchor import Anchor
from jobs.audit import Kind
from jobs.audit.examine import examine
from jobs.audit.gap import draft_of, gap_of
from tests.unit.jobs.trails import NEW, OLD, Many, anchor, draft, grown, remade, signs, trail


def trimmed(entries: Many, through: int, export: str = "e" * 64) -> tuple[Many, Anchor]:
    """A trail after retention, and the anchor of it."""
    head = entries[through - 1].hash
    told = draft("c", Kind.CHECKPOINT, through=through, head=head, sha256=export, by="dba")
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
