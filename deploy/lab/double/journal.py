"""What was asked of the API, and when: tests count here, and see that nothing was asked twice."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request. `at` in seconds since 1970; `status` None while there is no answer, for ever
    where there was none; `fault` names what was done to it."""

    at: float
    method: str
    path: str
    query: str = ""
    status: int | None = None
    fault: str | None = None

    def json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Journal:
    """The last hundred thousand requests, oldest first."""

    _asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=100_000))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, method: str, path: str, query: str) -> Asked:
        asked = Asked(at=time.time(), method=method, path=path, query=query)
        with self._lock:
            self._asked.append(asked)
        return asked

    def since(self, at: float = 0) -> list[Asked]:
        with self._lock:
            return [one for one in self._asked if one.at >= at]

    def clear(self) -> None:
        with self._lock:
            self._asked.clear()
