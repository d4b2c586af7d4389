"""Where many trails stand: without it, whoever follows a thousand of them would ask for each one every second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.audit import Head
from jobs.ports import Clock
from workers.redis.trail import TrailReader

MOVED = "trails"
"""The memory in which each append leaves its instant (lua/trail.lua)."""

ANEW = 30.0
"""Seconds after which all are read whether one is said to have moved or not: whoever wrote may have been an
older pgbaton, or no pgbaton at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    names: tuple[str, ...]
    moved: object
    at: float
    heads: Mapping[str, Head]


class Heads:
    """One question at rest, whatever the number of trails. A Redis that lost the end of one, or was
    restored, shows an older instant, and is believed at once. Threads may share it."""

    def __init__(self, reader: TrailReader, *, clock: Clock) -> None:
        self._reader, self._clock = reader, clock
        self._last: _Read | None = None

    def of(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        """Of each cluster's trail; not to be changed, for the next one asked may be given the same."""
        if len(clusters) < 2:  # noqa: PLR2004 - one question either way
            return self._reader.heads(clusters)
        names, moved, now = tuple(clusters), self._moved(), self._clock.monotonic()
        last = self._last
        if last is None or moved is None or (last.names, last.moved) != (names, moved):
            return self._read(names, moved, now)
        return last.heads if now - last.at < ANEW else self._read(names, moved, now)

    def _moved(self) -> Any:
        """Asked for before the heads: what moves meanwhile is found by the next look."""
        return self._reader.ask("GET", f"{self._reader.prefix}:memory:{MOVED}")

    def _read(self, names: tuple[str, ...], moved: object, now: float) -> Mapping[str, Head]:
        heads = self._reader.heads(names)
        self._last = _Read(names=names, moved=moved, at=now, heads=heads)
        return heads
