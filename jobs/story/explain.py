"""From the raw signals of one incident to its cause, purely; where they allow none, there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.fact import Fact
from jobs.story.intruders import stale_member, two_primaries
from jobs.story.moves import machine_lost, partition, patroni_stopped, switchover
from jobs.story.scene import Scene
from jobs.story.stays import etcd_outage, postgresql_crash
from jobs.story.story import Story

WITNESSES: Sequence[Callable[[Scene], Cause | None]] = (
    two_primaries,
    machine_lost,
    patroni_stopped,
    etcd_outage,
    partition,
    postgresql_crash,
    switchover,
    stale_member,
)
"""One a cause, the most alarming first; and what brings another about stands before it: a lost machine
may take etcd's leader along, and an outage of etcd cuts everybody off. Each demands a decisive fact from
the claims; what events tell is at most a further proof of it. A NodeBalancer's trouble in peace has no
incident: `episodes` tells it."""


def explain(story: Story, heard: Sequence[Fact]) -> Cause | None:
    """The incident's cause with its evidence, or None. Where several causes hold, the most alarming
    one names it, and the proofs of the others follow its own."""
    scene = Scene.of(story, heard)
    found = [_in_order(cause) for w in WITNESSES if (cause := w(scene)) is not None]
    if not found:
        return None
    first, *others = found
    text = f"{first.text}{_afterwards(scene)}" if first.kind in MOVES else first.text
    known = frozenset(proof.seq for proof in first.proofs)
    further = (proof for one in others for proof in _further(one, known))
    return replace(first, text=text, proofs=(*first.proofs, *further))


MOVES = frozenset(
    {
        CauseKind.SWITCHOVER,
        CauseKind.MACHINE_LOST,
        CauseKind.PATRONI_STOPPED,
        CauseKind.PARTITION,
    }
)


def _afterwards(scene: Scene) -> str:
    """One incident may see the leadership move more than once; why it moved first is told."""
    last = scene.story.member
    moved_on = scene.new is not None and last is not None and last != scene.new
    return f"; after {scene.new}, {last} led" if moved_on else ""


def _in_order(cause: Cause) -> Cause:
    return replace(cause, proofs=tuple(sorted(cause.proofs, key=lambda proof: proof.seq)))


def _further(cause: Cause, known: frozenset[int]) -> Iterator[Proof]:
    """Another cause's proofs, the first of which says what they prove; entries that are `known` to speak
    for the cause itself are not named again."""
    first, *rest = cause.proofs
    yield replace(first, text=f"{cause.kind.told}: {first.text}")
    yield from (proof for proof in rest if proof.seq not in known)
