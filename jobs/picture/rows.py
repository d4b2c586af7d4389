"""What stands in each lane, still in seconds: who led, what was proven, how everybody fared, who said what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from jobs.picture.letters import counted, shown, span_of
from jobs.picture.parts import Look, Sign
from jobs.story import Story

STRETCHES = 60
"""Stretches drawn in one lane; what comes after them is one more, that says how many."""


MARKS = 60
"""Marks drawn in one lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A length of time. `words` from the longest to the shortest: the first that fits is written."""

    begun: float
    ended: float
    look: Look
    told: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An instant."""

    at: float
    sign: Sign
    told: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lane before it has a place; `told` is what it says as a whole, `idle` what stands in it
    where nothing can be drawn."""

    name: str
    note: str
    told: str
    idle: str = ""
    stretches: tuple[Stretch, ...] = ()
    points: tuple[Point, ...] = ()


def ends(story: Story, now: float) -> float:
    """The instant up to which a story is told."""
    times = story.times
    return max(now if times.concluded is None else times.concluded, times.opened, times.detected)


def leaders(story: Story, now: float) -> Row:
    """Who held the leader's key, as far as it was heard."""
    end = ends(story, now)
    spans = _limited([_led(b, e, who) for b, e, who in _held(story, end)])
    told = "; ".join(s.told for s in spans) or "nobody was heard to lead"
    before, member = shown(story.before or "?"), shown(story.member or "?")
    note = member if before == member else f"{before} → {member}"
    return Row(
        name="Leader", note=note, told=told, idle="nobody was heard to lead", stretches=tuple(spans)
    )


def _led(begun: float, ended: float, who: str | None) -> Stretch:
    took = span_of(ended - begun)
    if who is None:
        words = (f"nobody led for {took}", f"nobody {took}", "nobody", took)
        return Stretch(
            begun=begun, ended=ended, look="none", told=f"nobody led for {took}", words=words
        )
    name = shown(who)
    return Stretch(begun=begun, ended=ended, look="led", told=f"{name} led", words=(name,))


def _held(story: Story, end: float) -> Iterator[tuple[float, float, str | None]]:
    """(from, to, who), one after the other."""
    start = min(story.times.detected, story.times.opened, *(at for at, _ in story.holders[:1]))
    told = list(story.holders) or _proven_holders(story)
    first = [(start, story.before)] if story.before and (not told or told[0][0] > start) else []
    merged = [next(same) for _, same in groupby([*first, *told], key=lambda one: one[1])]
    for (begun, who), (ended, _) in pairwise([*merged, (end, None)]):
        if ended > begun:
            yield begun, ended, who


def _proven_holders(story: Story) -> list[tuple[float, str | None]]:
    return [(v.at, v.member) for v in story.verdicts if v.verdict == "confirmed" and v.member]


def verdicts(story: Story, now: float) -> Row:
    """What verification said, from when to when."""
    said = [(v.at, v.verdict, v.member, v.reason) for v in story.verdicts]
    edge = (ends(story, now), "", None, "")
    spans = [
        _judged(at, upto, verdict, member, reason)
        for (at, verdict, member, reason), (upto, *_) in pairwise([*said, edge])
    ]
    told = "; ".join(s.told for s in spans[:STRETCHES]) or "no verdict yet"
    return Row(
        name="Verification",
        note=shown(story.verdict).replace("-", " "),
        told=told,
        idle="no verdict yet",
        stretches=tuple(_limited(spans)),
    )


def _judged(begun: float, ended: float, verdict: str, member: str | None, reason: str) -> Stretch:
    name = shown(verdict).replace("-", " ")
    who = f"{shown(member)} {name}" if member else name
    return Stretch(
        begun=begun,
        ended=max(ended, begun),
        look="proven" if verdict == "confirmed" else "doubted",
        told=f"{who}: {shown(reason)}" if reason else who,
        words=(who, name),
    )


def said(story: Story) -> Row | None:
    """Alarms, and what people said; None where nobody said anything."""
    points = [
        *(Point(at=one.at, sign="alarm", told=shown(one.text)) for one in story.alarms),
        *(
            Point(
                at=one.at,
                sign="person",
                told=shown(one.text),
                words=(f"{shown(one.by)} acknowledged", shown(one.by)) if one.by else (),
            )
            for one in story.acks
        ),
    ]
    if not points:
        return None
    note = ", ".join(
        counted(n, what)
        for n, what in ((len(story.alarms), "alarm"), (len(story.acks), "note"))
        if n
    )
    ordered = sorted(points, key=lambda p: p.at)[:MARKS]
    told = "; ".join(p.told for p in ordered[:5])
    return Row(name="Said", note=note, told=told, points=tuple(ordered))


def _limited(spans: Sequence[Stretch]) -> list[Stretch]:
    """The first ones, and one for all that came after."""
    if len(spans) <= STRETCHES:
        return list(spans)
    rest = spans[STRETCHES:]
    words = f"{len(rest)} more"
    last = Stretch(
        begun=rest[0].begun, ended=rest[-1].ended, look="many", told=words, words=(words,)
    )
    return [*spans[:STRETCHES], last]
