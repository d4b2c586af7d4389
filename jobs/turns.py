"""Who led lately, and what is held back: without it, the fourth change in ten minutes would look like the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jobs.verdict import Leadership

KEPT = 32
"""Turns remembered, the newest; more than any inventory may count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A member's time as proven leader: from which epoch on, and when that was first proven (Redis
    TIME, seconds). It lasts until the next turn, however often the same member takes its key anew."""

    member: str
    epoch: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A return that is held back since `at`: the leadership of `epoch`. `stays` are the members to
    whom applications point meanwhile."""

    epoch: int
    at: float
    stays: tuple[str, ...]


def turned(turns: tuple[Turn, ...], leadership: Leadership, *, now: float) -> tuple[Turn, ...]:
    """The turns with this leadership. Epochs that went back (an etcd restore) begin a new count: what
    was numbered before says nothing any more."""
    member, epoch = leadership.member, leadership.fence.epoch
    known = () if turns and epoch < turns[-1].epoch else turns
    if known and known[-1].member == member:
        return known
    return (*known, Turn(member=member, epoch=epoch, at=now))[-KEPT:]


def leader_at(turns: Sequence[Turn], epoch: int) -> str | None:
    """Who led in an epoch; None where that is forgotten."""
    return next((t.member for t in reversed(turns) if t.epoch <= epoch), None)


def changes(turns: Sequence[Turn], *, since: float) -> int:
    """How often another member took over since then. Before the first turn that is known nobody led."""
    return sum(turn.at >= since for turn in turns[1:])


def lost_at(turns: Sequence[Turn]) -> float | None:
    """When the present leader lost its last turn to another member; None where it never did."""
    if not turns:
        return None
    lost: Iterator[float] = (
        later.at for turn, later in pairwise(turns) if turn.member == turns[-1].member
    )
    return max(lost, default=None)
