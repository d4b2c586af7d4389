"""A shelf that is asked again and again tells what one look at the whole trail would tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from jobs.audit import Entry, Head, Span
from jobs.story import Shelf, fold, newest_stories, story_of
from tests.unit.jobs.story.drills import NAMES, drill


@dataclass(slots=True)
class Recorded:
    """A recorded trail of one cluster, of which so many entries were written yet."""

    entries_: Sequence[Entry]
    written: int
    read: list[int] = field(default_factory=list)

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        for entry in self.entries_[: self.written]:
            if after < entry.seq and (upto is None or entry.seq <= upto):
                self.read.append(entry.seq)
                yield entry

    def head(self, cluster: str) -> Head:
        last = self.entries_[self.written - 1]
        return Head(seq=last.seq, hash=last.hash, at=last.at)

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        return {cluster: self.head(cluster) for cluster in clusters}

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> Sequence[Span]:
        spans = (self.span(cluster, name) for name in ("shop-2", "shop-1"))
        known = [s for s in spans if s is not None and (before is None or s.first < before)]
        return known[:count]

    def span(self, cluster: str, incident: str) -> Span | None:
        own = [e.seq for e in self.entries_[: self.written] if e.facts["incident"] == incident]
        return Span(incident=incident, first=own[0], last=own[-1]) if own else None


@given(
    st.sampled_from(NAMES),
    st.lists(st.integers(0, 40), max_size=6),
    st.sampled_from(["shop-1", "shop-2"]),
)
def test_piece_by_piece_is_all_at_once(name: str, cuts: list[int], incident: str) -> None:
    """Wherever the trail was cut by a look, the story is the one of a single fold; and nothing was
    read twice but the last entry of the look before."""
    entries = drill(name).entries
    trail = Recorded(entries, 0)
    shelf = Shelf(trail)
    for cut in sorted(min(c, len(entries)) for c in cuts):
        trail.written = cut
        assert shelf.story("shop", incident) == fold(entries[:cut], incident)
    trail.written = len(entries)
    assert shelf.story("shop", incident) == fold(entries, incident)
    assert len(trail.read) <= len(set(trail.read)) + len(cuts)


@given(
    st.sampled_from(NAMES),
    st.integers(1, 40),
    st.integers(0, 40),
    st.sampled_from(["shop-1", "shop-2"]),
)
def test_what_redis_lost_is_told_no_more(name: str, kept: int, more: int, incident: str) -> None:
    """A failover kept so many entries, and so many others took the numbers of those that were told: the
    story is the one of what stands now."""
    entries = drill(name).entries
    trail = Recorded(entries, len(entries))
    shelf = Shelf(trail)
    shelf.story("shop", incident)
    others = [other(entry) for entry in entries[kept : kept + more]]
    trail.entries_ = [*entries[:kept], *others]
    trail.written = len(trail.entries_)
    assert shelf.story("shop", incident) == fold(trail.entries_, incident)


def other(entry: Entry) -> Entry:
    """An entry of the same number that tells of another member."""
    return replace(entry, body=entry.body.replace("pg2", "pg9"), hash=entry.hash[::-1])


def test_the_newest_come_first() -> None:
    """Both incidents of a drill, and those before an entry."""
    trail = Recorded(drill("switchover-4").entries, len(drill("switchover-4").entries))
    assert [s.id for s in newest_stories(trail, "shop", count=5)] == ["shop-2", "shop-1"]
    [second] = newest_stories(trail, "shop", count=1)
    assert [s.id for s in newest_stories(trail, "shop", count=5, before=second.first)] == ["shop-1"]


def test_an_incident_that_never_was_is_none() -> None:
    """Neither an error nor an empty story."""
    assert story_of(Recorded(drill("switchover-4").entries, 5), "shop", "shop-9") is None
