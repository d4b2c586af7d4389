"""What stands in each lane, still in seconds: who led, what was proven, how everybody fared, who said what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from jobs.inventory import parse_target
from jobs.picture.letters import shown, span_of
from jobs.picture.parts import Look, Sign
from jobs.story import Story, TargetStory

STRETCHES = 60
"""Stretches drawn in one lane; what comes after them is one more, that says how many."""

APART = 0.5
"""Seconds between the first application that writes again and the last: below, they count as one."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """Time in which not every application could write. From `some` on the first one could again (None:
    none did); `ended` is None as long as not all of them can; `until` how far it is known to reach."""

    begun: float
    some: float | None
    ended: float | None
    until: float

    @property
    def seconds(self) -> float:
        """How long, as far as it is known."""
        return self.until - self.begun

    @property
    def words(self) -> str:
        """For a flag on it."""
        took = span_of(self.seconds)
        return f"writes out {took}" if self.ended is not None else f"writes out, {took} so far"


def ends(story: Story, now: float) -> float:
    """The instant up to which a story is told."""
    times = story.times
    return max(now if times.concluded is None else times.concluded, times.opened, times.detected)


def out_of(story: Story, now: float) -> Out | None:
    """From the leader's loss until every application writes again; None where no loss was heard."""
    times = story.times
    if times.leader_lost is None:
        return None
    resumed = times.writes_resumed
    until = resumed if resumed is not None else ends(story, now)
    until = max(until, times.leader_lost)
    some = _some_write(story)
    if some is not None and not _apart(times.leader_lost, some, until):
        some = None
    return Out(begun=times.leader_lost, some=some, ended=resumed, until=until)


def _apart(begun: float, some: float, until: float) -> bool:
    """Whether the first application was back so much earlier than the last that it is worth a word."""
    return begun < some and until - some >= max(APART, (until - begun) / 20)


def _some_write(story: Story) -> float | None:
    """When the first application followed the newest leader."""
    verified = story.times.verified
    if verified is None:
        return None
    hosts = (t for t in story.targets if t.kind == "host")
    held = (b.ended for t in hosts for b in t.bars if b.holds and b.ended >= verified)
    return min(held, default=None)


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


def writes(story: Story, now: float) -> Row:
    """Whether applications could write, as far as the trail tells."""
    out, end = out_of(story, now), ends(story, now)
    if out is None:
        told = "no loss of the leader was heard"
        return Row(name="Writes", note="", told=told, idle=told)
    took = span_of(out.seconds)
    so_far = "" if out.ended is not None else " so far"
    start = min(story.times.detected, out.begun)
    spans = [
        Stretch(begun=start, ended=out.begun, look="flowing", told="writes went through"),
        *_gone(out, so_far),
    ]
    if out.ended is not None:
        spans.append(
            Stretch(
                begun=out.until,
                ended=end,
                look="flowing",
                told="writes go through again",
                words=("writes again", "again"),
            )
        )
    return Row(
        name="Writes",
        note=f"out {took}{so_far}",
        told=f"not every application could write for {took}{so_far}",
        stretches=tuple(s for s in spans if s.ended > s.begun or s.look == "out"),
    )


def _gone(out: Out, so_far: str) -> Iterator[Stretch]:
    """No application writes, and then some of them do."""
    nobody = (out.until if out.some is None else out.some) - out.begun
    took = span_of(nobody)
    mark = so_far if out.some is None else ""
    yield Stretch(
        begun=out.begun,
        ended=out.begun + nobody,
        look="out",
        told=f"no application could write for {took}{mark}",
        words=(f"out {took}{mark}", f"out {took}", took),
    )
    if out.some is not None:
        rest = span_of(out.until - out.some)
        yield Stretch(
            begun=out.some,
            ended=out.until,
            look="partly",
            told=f"some applications could write, others not, for {rest}{so_far}",
            words=(f"some out {rest} more{so_far}", f"some out {rest}", "some out"),
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
        _count(n, what)
        for n, what in ((len(story.alarms), "alarm"), (len(story.acks), "note"))
        if n
    )
    ordered = sorted(points, key=lambda p: p.at)[:MARKS]
    told = "; ".join(p.told for p in ordered[:5])
    return Row(name="Said", note=note, told=told, points=tuple(ordered))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def target(one: TargetStory, end: float) -> Row:
    """How one target fared: every try with its length, and the waiting between them."""
    tries = [
        Stretch(
            begun=bar.begun,
            ended=bar.ended,
            look="held" if bar.holds else "failed",
            told=f"{shown(bar.text)} after {span_of(bar.ended - bar.begun)}",
            words=_words_of(one, bar.holds, span_of(bar.ended - bar.begun), shown(bar.outcome)),
        )
        for bar in one.bars
    ]
    waited = _waited(one, tries, end)
    at = parse_target(one.target)
    behind = f"behind {shown(at.behind)}, " if at.behind is not None else ""
    return Row(
        name=shown(one.told if at.behind is None else at.name),
        note=f"{behind}{note_of(one)}",
        told=told_of(one),
        stretches=(*waited, *tries),
    )


def _words_of(one: TargetStory, holds: bool, took: str, outcome: str) -> tuple[str, ...]:  # noqa: FBT001 - one bar's
    if not holds:
        return f"{outcome}, {took}", f"failed {took}", took
    restarted = ", ".join(map(shown, one.restarted))
    return (f"{took}, restarted {restarted}", took) if restarted else (took,)


def _waited(one: TargetStory, tries: Sequence[Stretch], end: float) -> Iterator[Stretch]:
    begun = min([t.begun for t in tries] + ([one.planned] if one.planned is not None else []))
    ended = tries[-1].ended if one.holds and tries else end
    if ended > begun:
        yield Stretch(begun=begun, ended=ended, look="waiting", told="waited for, and tried again")


def note_of(one: TargetStory) -> str:
    """How a target stands, in a few words."""
    if one.holds:
        tries = f" at try {one.attempts}" if one.failures else ""
        return f"follows{tries}"
    if not one.attempts:
        return "not tried yet"
    return f"{shown(one.outcome)}, {_count(one.failures, 'failure')}"


def told_of(one: TargetStory) -> str:
    """The same as a sentence."""
    took = "" if one.seconds is None else f" in {span_of(one.seconds)}"
    restarted = f", restarted {', '.join(map(shown, one.restarted))}" if one.restarted else ""
    failed = f", after {_count(one.failures, 'failure')}" if one.failures and one.holds else ""
    name = shown(one.told)
    if one.holds:
        return f"{name} follows{took}{failed}{restarted}"
    why = f": {shown(one.reason)}" if one.reason else ""
    return f"{name} does not follow ({note_of(one)}){why}"


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
