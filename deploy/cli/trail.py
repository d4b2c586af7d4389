"""The trail as commands read it: from its end, onwards, and line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.timeline import Line, tell

if TYPE_CHECKING:
    from deploy.cli.voice import Voice
    from jobs.ports import ReadTrail

EVERY = 0.2
"""Seconds between two looks at a trail that is followed."""


def fresh(trail: ReadTrail, cluster: str, *, after: int) -> Iterator[Line]:
    """What came after an entry, as sentences."""
    return (told(entry) for entry in trail.entries(cluster, after=after))


def told(entry: Entry) -> Line:
    """The entry's sentence, or that it cannot be read: a broken entry must not hide the others."""
    try:
        return tell(entry)
    except NOT_OURS as error:
        text = f"entry {entry.seq} cannot be read ({type(error).__name__}); pgbaton audit verify"
        return Line(
            seq=entry.seq, at=entry.at / 1e6, kind=Kind.ALARM, tone="bad", text=text, incident=None
        )


def clock_of(at: float) -> str:
    """An instant as people's clocks show it: local time with milliseconds."""
    return datetime.fromtimestamp(at, tz=UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]


def date_of(at: float) -> str:
    """The same with its day and zone, for instants that are not today's."""
    return datetime.fromtimestamp(at, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def stamp_of(at: float) -> str:
    """An instant as scripts want it: UTC, RFC 3339."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def say_line(speak: Voice, line: Line) -> None:
    """One entry, after its local time."""
    speak.toned([(line.tone, (clock_of(line.at), line.text))])
