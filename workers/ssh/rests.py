"""Who could not be served lately: without it a host that is down would be tried, and told of, at every look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog

RESTS = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds until a host that failed is tried again; the last one from then on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cold:
    """A host that failed so many times in a row, and when it is tried again."""

    failures: int
    until: float


def rest_after(failures: int) -> float:
    """Seconds of rest after so many failures in a row."""
    return RESTS[min(failures, len(RESTS)) - 1]


def due(names: Iterable[str], cold: Mapping[str, Cold], *, now: float) -> list[str]:
    """Those that may be tried now."""
    return [name for name in names if name not in cold or cold[name].until <= now]


@dataclass(slots=True, kw_only=True)
class Rests:
    """Hosts at rest. Each failure is said once, as the event `lost`, until its end is said, as `found`:
    the next failover would say it anyway."""

    lost: str
    found: str
    clock: Callable[[], float]
    _cold: dict[str, Cold] = field(default_factory=dict)

    def due(self, names: Iterable[str]) -> list[str]:
        """Those that may be tried now."""
        return due(names, self._cold, now=self.clock())

    def failed(self, name: str, *, reason: str, remedy: str) -> None:
        """It rests, longer each time."""
        before = self._cold.get(name)
        failures = before.failures + 1 if before is not None else 1
        self._cold[name] = Cold(failures, self.clock() + rest_after(failures))
        if before is None:
            log.warning(self.lost, host=name, reason=reason, remedy=remedy)

    def over(self, name: str) -> None:
        """It is well."""
        if self._cold.pop(name, None) is not None:
            log.info(self.found, host=name)
