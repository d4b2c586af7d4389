"""A clock that is set by hand: without it, a test of a deadline would have to wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class FakeClock:
    """A jobs.ports.Clock. `sleep` returns at once, having moved both hands; `slept` keeps how long."""

    wall: float = 1_700_000_000.0
    ticks: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        """Time goes on without anybody sleeping."""
        self.wall += seconds
        self.ticks += seconds

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock, as NTP does; the monotonic one does not notice."""
        self.wall += seconds
