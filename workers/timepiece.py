"""The system's clock behind the port that tests set by hand."""

from __future__ import annotations

import time


class SystemClock:
    """`jobs.ports.Clock` by the operating system."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
