"""When what happened in an incident: the instants that are proven, and those that were only heard of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from jobs.audit import Kind
from jobs.event import LEADER_KEY
from jobs.fence import Fence
from jobs.story.fact import Fact
from jobs.story.story import Story, TargetStory, Times


@dataclass(slots=True)
class Holds:
    """Since when each target holds the newest fence. Under a newer one everything begins anew, and
    what a late job tells of an older one does not count."""

    fence: Fence | None = None
    since: dict[str, float] = field(default_factory=dict)

    def begin(self, fence: Fence) -> None:
        """A newer leadership was proven."""
        self.fence = fence
        self.since.clear()

    def late(self, fact: Fact) -> bool:
        """Whether an entry tells of another fence than the newest."""
        told = fact.evidence.get("fence")
        return self.fence is not None and isinstance(told, dict) and Fence(**told) != self.fence

    def take(self, target: str, fact: Fact, *, holds: bool) -> None:
        """A target's own entry; `holds` as it tells. What a journal tells late may be of before."""
        if self.fence is None:
            return
        known = self.since.get(target)
        if holds:
            self.since[target] = fact.at if known is None else min(known, fact.at)
        elif known is None or known <= fact.at:
            self.since.pop(target, None)


def times_of(
    story: Story, heard: Sequence[Fact], targets: Sequence[TargetStory], holds: Holds
) -> Times:
    """All instants of a story whose opening, verification and end are known."""
    first, last = min(holds.since.values(), default=None), max(holds.since.values(), default=None)
    return replace(
        story.times,
        detected=_detected(story, heard),
        leader_lost=_lost(story, heard),
        elected=_elected(story, heard),
        first_host=first,
        last_host=last,
        writes_resumed=_resumed(story, heard, targets, holds),
    )


def holders_of(heard: Sequence[Fact]) -> Iterator[tuple[float, str | None]]:
    """Who was heard to hold the leader's key from when on; None: nobody."""
    for fact, data in _key_events(heard):
        member = data.get("member")
        yield fact.at, member if isinstance(member, str) else None


def earlier(story: Story, fact: Fact) -> Story:
    """The story with what a step of a `repoint --now` says of its beginning: somebody had noticed, and
    had proven the leader, before anybody could write it down."""
    times = story.times
    if fact.kind == Kind.EVENT:
        return replace(story, times=replace(times, detected=min(times.detected, fact.at)))
    fence = _fence(fact)
    if times.verified is None or not fence or Fence(**fence) != story.fence:  # type: ignore[arg-type]
        return story
    return replace(story, times=replace(times, verified=min(times.verified, fact.at)))


def _detected(story: Story, heard: Sequence[Fact]) -> float:
    events = (f.at for f in heard if f.kind == Kind.EVENT)
    return min([story.times.opened, story.times.detected, *events])


def _lost(story: Story, heard: Sequence[Fact]) -> float | None:
    """By the key's loss, or by the first look that could not confirm anybody."""
    if _only_unreached(story, heard):
        return None
    return min([*_gone(heard), *(fact.at for fact in _doubts(story, heard))], default=None)


def _only_unreached(story: Story, heard: Sequence[Fact]) -> bool:
    """Whether nobody was lost: who held the key all the time could not be reached by us, and perhaps by
    its applications."""
    doubts = _doubts(story, heard)
    return bool(doubts) and not _gone(heard) and all(_out_of_reach(story, one) for one in doubts)


def _gone(heard: Sequence[Fact]) -> Sequence[float]:
    return [fact.at for fact, data in _key_events(heard) if data.get("member") is None]


def _doubts(story: Story, heard: Sequence[Fact]) -> Sequence[Fact]:
    mine = (fact for fact in heard if fact.incident == story.id)
    return [fact for fact in mine if _verdict(fact) not in (None, "confirmed")]


def _out_of_reach(story: Story, fact: Fact) -> bool:
    """Whether a look saw the leader of before hold its key, and could not ask it itself."""
    claims = fact.evidence.get("claims")
    etcd = claims.get("etcd") if isinstance(claims, dict) else None
    key = etcd.get("leader") if isinstance(etcd, dict) else None
    held = isinstance(key, dict) and key.get("epoch") == story.epoch_before
    return held and _verdict(fact) == "unknown"


def _verdict(fact: Fact) -> str | None:
    return str(fact.evidence.get("verdict")) if fact.kind == Kind.VERDICT else None


def _elected(story: Story, heard: Sequence[Fact]) -> float | None:
    """When the newest epoch was first heard of, or seen; None where the epoch is that of before."""
    seen = [(_epoch(data.get("epoch")), fact.at) for fact, data in _key_events(heard)]
    seen += [(e, f.at) for f in heard if (e := _epoch(_fence(f).get("epoch"))) is not None]
    known = [(epoch, at) for epoch, at in seen if epoch is not None]
    newest = max((epoch for epoch, _ in known), default=None)
    if newest is None or newest == story.epoch_before:
        return None
    return min(at for epoch, at in known if epoch == newest)


def _resumed(
    story: Story, heard: Sequence[Fact], targets: Sequence[TargetStory], holds: Holds
) -> float | None:
    """Every application's own check has passed on the proven leader. Where none had to move, they
    write again as soon as PostgreSQL itself was proven to take writes, if they ever ceased."""
    hosts = [one.target for one in targets if one.kind == "host"]
    if not hosts:
        ceased = not _only_unreached(story, heard)
        return story.times.verified if story.over and ceased else None
    since = [holds.since.get(target) for target in hosts]
    known = [at for at in since if at is not None]
    return max(known) if len(known) == len(hosts) else None


def _key_events(heard: Sequence[Fact]) -> Iterator[tuple[Fact, dict[str, object]]]:
    for fact in heard:
        data = fact.evidence.get("data")
        if fact.evidence.get("type") == LEADER_KEY and isinstance(data, dict):
            yield fact, data


def _fence(fact: Fact) -> dict[str, object]:
    fence = fact.evidence.get("fence") if fact.kind == Kind.VERDICT else None
    return fence if isinstance(fence, dict) else {}


def _epoch(value: object) -> int | None:
    return value if type(value) is int else None
