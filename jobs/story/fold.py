"""Entries become a story, one after the other: a page that follows an incident reads only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.fence import Fence
from jobs.sentences import SENTENCES
from jobs.state import ISOLATED
from jobs.story.explain import explain
from jobs.story.fact import Fact, fact_of, inside
from jobs.story.signals import Signals
from jobs.story.story import Said, Story, Times, VerdictSaid
from jobs.story.targets import Targets, target_of
from jobs.story.times import Holds, earlier, holders_of, times_of

KEPT = 200
"""Sentences of one sort that a story holds: the first ones. The trail has them all."""


def fold(entries: Iterable[Entry], incident: str) -> Story | None:
    """One incident out of entries in their order; None where it never opened."""
    story = Fold(incident)
    for entry in entries:
        story.take(entry)
    return story.told()


@dataclass(slots=True)
class Fold:
    """Takes an incident's entries in their order, and those around them, of which it keeps what
    belongs: events are recorded before anybody knows whether they open an incident, and some come
    after its end. An entry that cannot be read is passed over; the chain's check names it."""

    incident: str
    upto: int = 0
    _story: Story | None = None
    _targets: Targets = field(default_factory=Targets)
    _signals: Signals = field(default_factory=Signals)
    _holds: Holds = field(default_factory=Holds)
    _own: list[int] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        """Take one entry in; one that was taken before changes nothing."""
        if entry.seq <= self.upto:
            return
        self.upto = entry.seq
        try:
            self._fact(fact_of(entry))
        except NOT_OURS:
            return

    def belongs(self) -> frozenset[int]:
        """The numbers of its own entries, and of the events that belong to it."""
        times = self._story.times if self._story else None
        heard = self._signals.of_incident(times) if times else []
        return frozenset(self._own) | {f.seq for f in heard}

    def told(self) -> Story | None:
        """The story so far."""
        if self._story is None:
            return None
        heard = self._signals.of_incident(self._story.times)
        targets = tuple(self._targets.known.values())
        times = times_of(self._story, heard, targets, self._holds)
        return replace(
            self._story,
            last=self._own[-1],
            targets=targets,
            gone=tuple(self._targets.gone),
            holders=tuple(holders_of(heard)),
            cause=explain(self._story, heard),
            times=times,
            seconds=None if times.concluded is None else times.concluded - times.detected,
        )

    def _fact(self, fact: Fact) -> None:
        self._signals.take(fact, own=fact.incident == self.incident)
        if fact.incident != self.incident:
            return
        self._own.append(fact.seq)
        if fact.kind == Kind.OPENED:
            self._story = _opened(fact)
        if self._story is None:
            return
        done = inside(fact)
        if done is not None:
            self._done_inline(done)
        elif fact.kind in TARGETS:
            self._target(fact)
        elif fact.kind in STEPS:
            self._story = STEPS[fact.kind](self._story, fact)
            self._renew(self._story.fence)
        if fact.kind == Kind.CONCLUDED:
            self._left(fact)

    def _left(self, fact: Fact) -> None:
        """Who did not follow, and is not named by the end either, left the inventory meanwhile: said
        once, and not waited for."""
        named = fact.evidence.get("hosts")
        if self._story is None or not isinstance(named, dict):
            return
        for gone in self._targets.ended(named):
            text = f"{gone.told} left the inventory, and was waited for no longer"
            said = Said(seq=fact.seq, at=fact.at, text=text)
            self._story = replace(self._story, mended=(*self._story.mended, said)[:KEPT])

    def _done_inline(self, fact: Fact) -> None:
        """A step of a `repoint --now`, maybe taken in after the end: what it did counts from when it did it."""
        assert self._story is not None
        self._story = earlier(self._story, fact)
        if fact.kind in OUTCOMES:
            self._target(fact)
        elif fact.kind == Kind.ALARM:
            self._story = _alarm(self._story, fact)

    def _target(self, fact: Fact) -> None:
        if self._holds.late(fact):
            return
        holds = TARGETS[fact.kind](self._targets, fact)
        if holds is not None:
            self._holds.take(target_of(fact), fact, holds=holds)

    def _renew(self, fence: Fence | None) -> None:
        if fence is not None and fence != self._holds.fence:
            self._holds.begin(fence)


def _opened(fact: Fact) -> Story:
    assert fact.incident is not None
    before, epoch = fact.evidence.get("before"), fact.evidence.get("epoch")
    return Story(
        id=fact.incident,
        cluster=fact.incident.rpartition("-")[0],
        state="open",
        verdict="unknown",
        reason=str(fact.evidence.get("why") or ""),
        before=before if isinstance(before, str) else None,
        epoch_before=epoch if type(epoch) is int else None,
        times=Times(opened=fact.at, detected=fact.at),
        first=fact.seq,
        last=fact.seq,
    )


def _verdict(story: Story, fact: Fact) -> Story:
    kind, reason = str(fact.evidence["verdict"]), str(fact.evidence.get("reason") or "")
    member = fact.evidence.get("member")
    said = VerdictSaid(seq=fact.seq, at=fact.at, verdict=kind, reason=reason, member=member)
    known = replace(story, verdict=kind, reason=reason, verdicts=(*story.verdicts, said)[:KEPT])
    return _confirmed(known, fact) if kind == "confirmed" else known


def _confirmed(story: Story, fact: Fact) -> Story:
    """Under a newer fence everything is proven, and applied, anew."""
    fence = Fence(**fact.evidence["fence"])
    if story.fence == fence:
        return story
    times = replace(story.times, verified=fact.at)
    epochs = tuple(dict.fromkeys((*story.epochs, fence.epoch)))
    return replace(
        story, member=str(fact.evidence["member"]), fence=fence, times=times, epochs=epochs
    )


def _alarm(story: Story, fact: Fact) -> Story:
    said = _said(fact)
    hold = said if is_hold(fact) else story.hold
    return replace(story, alarms=(*story.alarms, said)[:KEPT], hold=hold)


def is_hold(fact: Fact) -> bool:
    """True for the alarm that a return of the leadership is held back."""
    return fact.kind == Kind.ALARM and ":alarm:held:" in fact.id


def _released(story: Story, fact: Fact) -> Story:
    return replace(_mended(story, fact), hold=None)


def _isolation(story: Story, fact: Fact) -> Story:
    """Its failures are alarms as well, and its steps stand in the trail."""
    return _mended(story, fact) if fact.evidence["outcome"] == ISOLATED else story


def _mended(story: Story, fact: Fact) -> Story:
    return replace(story, mended=(*story.mended, _said(fact))[:KEPT])


def _acknowledged(story: Story, fact: Fact) -> Story:
    return replace(story, acks=(*story.acks, _said(fact))[:KEPT])


def _retried(story: Story, fact: Fact) -> Story:
    return replace(story, retries=(*story.retries, _said(fact))[:KEPT])


def _concluded(story: Story, fact: Fact) -> Story:
    times = replace(story.times, concluded=fact.at)
    return replace(story, state="concluded", times=times, hold=None)


def _said(fact: Fact) -> Said:
    facts = {"incident": fact.incident, "seconds": fact.seconds}
    _, text = SENTENCES[fact.kind](fact.evidence, facts)
    return Said(seq=fact.seq, at=fact.at, text=text, by=fact.evidence.get("by"))


OUTCOMES = frozenset({Kind.HOST, Kind.BALANCER, Kind.DNS})
TARGETS: Mapping[Kind, Callable[[Targets, Fact], bool | None]] = {
    Kind.PLANNED: Targets.planned,
    Kind.HOST: Targets.told,
    Kind.BALANCER: Targets.told,
    Kind.DNS: Targets.told,
}
STEPS: Mapping[Kind, Callable[[Story, Fact], Story]] = {
    Kind.VERDICT: _verdict,
    Kind.ALARM: _alarm,
    Kind.RELEASED: _released,
    Kind.ISOLATION: _isolation,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.TAKEN_OVER: _retried,
    Kind.CONCLUDED: _concluded,
}
