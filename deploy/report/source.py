"""An exported trail read as a trail: without it a post-mortem would need the Redis of that night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.audit import NOT_OURS, Head, Span

if TYPE_CHECKING:
    from jobs.audit import Entry


@dataclass(frozen=True, slots=True)
class FileTrail:
    """A jobs.ports.ReadTrail over entries at hand, of whichever cluster they are."""

    known: Sequence[Entry]

    def entries(
        self,
        cluster: str,  # noqa: ARG002 - the port's
        *,
        after: int = 0,
        upto: int | None = None,
    ) -> Iterator[Entry]:
        return (e for e in self.known if e.seq > after and (upto is None or e.seq <= upto))

    def head(self, cluster: str) -> Head:  # noqa: ARG002 - the port's
        if not self.known:
            return Head()
        newest = self.known[-1]
        return Head(seq=newest.seq, hash=newest.hash, at=newest.at)

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        return {cluster: self.head(cluster) for cluster in clusters}

    def span(self, cluster: str, incident: str) -> Span | None:  # noqa: ARG002 - the port's
        return self._spans().get(incident)

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> Sequence[Span]:  # noqa: ARG002 - the port's
        found = [s for s in self._spans().values() if before is None or s.first < before]
        return sorted(found, key=lambda s: s.first, reverse=True)[:count]

    def _spans(self) -> dict[str, Span]:
        spans: dict[str, Span] = {}
        for entry in self.known:
            incident = _incident(entry)
            if incident is not None:
                first = spans[incident].first if incident in spans else entry.seq
                spans[incident] = Span(incident=incident, first=first, last=entry.seq)
        return spans


def _incident(entry: Entry) -> str | None:
    """None where it belongs to none, or cannot be read."""
    try:
        incident = entry.facts["incident"]
    except NOT_OURS:
        return None
    return incident if isinstance(incident, str) else None
