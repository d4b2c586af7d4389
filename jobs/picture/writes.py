"""Whether applications could write: the one lane that customers feel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.picture.letters import span_of
from jobs.picture.rows import Row, Stretch, ends
from jobs.story import Story

APART = 0.5
"""Seconds between the first application that writes again and the last: below, they count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """Time in which not every application could write. From `some` on the first one could again (None:
    none did); `ended` is None as long as not all of them can; `until` how far it is known to reach.
    `least` where it began before anybody could see it."""

    begun: float
    some: float | None
    ended: float | None
    until: float
    least: bool = False

    @property
    def seconds(self) -> float:
        """How long, as far as it is known."""
        return self.until - self.begun

    @property
    def took(self) -> str:
        """The same in words."""
        return f"at least {span_of(self.seconds)}" if self.least else span_of(self.seconds)

    @property
    def words(self) -> str:
        """For a flag on it."""
        return (
            f"writes out {self.took}"
            if self.ended is not None
            else f"writes out, {self.took} so far"
        )


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
    begun, least = times.leader_lost, story.unseen
    return Out(begun=begun, some=some, ended=resumed, until=until, least=least)


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


def writes(story: Story, now: float) -> Row:
    """Whether applications could write, as far as the trail tells."""
    out, end = out_of(story, now), ends(story, now)
    if out is None:
        told = "no loss of the leader was heard"
        return Row(name="Writes", note="", told=told, idle=told)
    took = out.took
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
    least = "at least " if out.least else ""
    mark = so_far if out.some is None else ""
    yield Stretch(
        begun=out.begun,
        ended=out.begun + nobody,
        look="out",
        told=f"no application could write for {least}{took}{mark}",
        words=(f"out {least}{took}{mark}", f"out {took}", took),
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
