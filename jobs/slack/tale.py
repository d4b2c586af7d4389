"""One incident as it is heard: its story, and the entries that its thread is made of, with their hashes."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.fence import Fence
from jobs.inventory import parse_target
from jobs.state import ISOLATED
from jobs.story import Fact, Fold, Story, fact_of
from jobs.story.targets import DONE, ON_THE_WAY, target_of

MOST = 1000
"""Entries kept of one incident: what comes later is told by the root, and stands on the page."""

TARGETS = frozenset({Kind.HOST, Kind.BALANCER, Kind.DNS})

TOLD = frozenset(
    {
        Kind.VERDICT,
        Kind.ALARM,
        Kind.ISOLATION,
        Kind.TAKEN_OVER,
        Kind.PAUSED,
        Kind.RESUMED,
        Kind.RELEASED,
        Kind.ACKNOWLEDGED,
        Kind.CONCLUDED,
        Kind.FENCE_LIFTED,
    }
)

NEEDED = {
    Kind.VERDICT: ("verdict", "reason"),
    Kind.ALARM: ("reason",),
    Kind.ISOLATION: ("member", "outcome", "leader"),
    Kind.PAUSED: ("by", "why"),
    Kind.RESUMED: ("by",),
    Kind.RELEASED: ("reason",),
    Kind.ACKNOWLEDGED: ("by", "note"),
    Kind.FENCE_LIFTED: ("by", "host", "how", "why"),
    Kind.JOURNAL: ("source", "text", "fact"),
}
"""What an entry must say to be told."""

ALWAYS = frozenset({Kind.ACKNOWLEDGED, Kind.CONCLUDED})

UNDER_WAY = frozenset({Kind.PLANNED, Kind.SUPERSEDED})

NEARBY = frozenset({Kind.PAUSED, Kind.RESUMED, Kind.FENCE_LIFTED})
"""What an operator does belongs to the incident that is open meanwhile, though it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An entry worth telling, and its place in the chain."""

    fact: Fact
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What a thread is made of. `seq` and `hash` are those of the incident's newest own entry that says
    something new: a host that is tried for days is not to move them each minute."""

    story: Story
    marks: tuple[Mark, ...]
    seq: int
    hash: str


@dataclass(slots=True)
class Hearing:
    """Takes entries in their order, each once; `told` is the tale so far."""

    incident: str
    fold: Fold
    marks: list[Mark] = field(default_factory=list)
    over: bool | None = None
    seq: int = 0
    hash: str = ""
    _tale: Tale | None = None

    @classmethod
    def of(cls, incident: str, *, after: int = 0) -> Hearing:
        """From the first entry behind number `after` on."""
        return cls(incident, Fold(incident, upto=after))

    def take(self, entry: Entry) -> None:
        """Take one entry in; one that was taken before changes nothing."""
        if entry.seq <= self.fold.upto:
            return
        self._tale = None
        self.fold.take(entry)
        try:
            self._take(fact_of(entry), entry)
        except NOT_OURS:
            return

    def told(self) -> Tale | None:
        """The tale so far; None before the incident opened. It is made once for its newest entry: in a
        storm hundreds are asked for it twice a second."""
        if self._tale is None:
            story = self.fold.told()
            if story is None:
                return None
            marks = tuple(self.marks)
            self._tale = Tale(story=story, marks=marks, seq=self.seq, hash=self.hash)
        return self._tale

    def _take(self, fact: Fact, entry: Entry) -> None:
        own = fact.incident == self.incident
        if own:
            self._stand(fact.kind)
        if own and (self.over or not _repeated(fact)):
            self.seq, self.hash = entry.seq, entry.hash
        near = fact.incident is None and fact.kind in NEARBY and self.over is False
        room = len(self.marks) < MOST or fact.kind in ALWAYS
        if room and (own or near) and _worth(fact):
            self.marks.append(Mark(fact=fact, hash=entry.hash))

    def _stand(self, kind: Kind) -> None:
        if kind == Kind.OPENED:
            self.over = False
        elif kind == Kind.CONCLUDED:
            self.over = True


def _worth(fact: Fact) -> bool:
    """True for what a reply may tell. Whoever tells it finds what it needs: KeyError, TypeError or
    AttributeError where an entry lacks it, which is then passed over."""
    if fact.kind in TARGETS:
        return bool(target_of(fact)) and failed(fact)
    for name in NEEDED.get(fact.kind, ()):
        fact.evidence[name]
    if fact.kind == Kind.ISOLATION:
        return fact.evidence["outcome"] in {"asked", ISOLATED}  # of failures alarms tell
    if fact.kind == Kind.JOURNAL:  # whoever did it by hand: one reply, the steps stand on the page
        return bool(fact.evidence["fact"]["kind"] == Kind.EVENT)
    if fact.kind == Kind.TAKEN_OVER:
        return all(parse_target(target) for target in fact.evidence["hosts"])
    if fact.kind == Kind.VERDICT and fact.evidence["verdict"] == "confirmed":
        Fence(**fact.evidence["fence"])
        return bool(fact.evidence["member"])
    return fact.kind in TOLD


def _repeated(fact: Fact) -> bool:
    """True for work that is given out, given up, or failed: it comes again and again."""
    return fact.kind in UNDER_WAY or (fact.kind in TARGETS and failed(fact))


def failed(fact: Fact) -> bool:
    """True where a target was tried, and does not follow."""
    outcome = str(fact.evidence["outcome"])
    return outcome not in DONE[fact.kind] | ON_THE_WAY | {"superseded"}
