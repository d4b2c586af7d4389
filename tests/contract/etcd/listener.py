"""A watch running on a thread, and what it has told so far: without it, tests would block on silence."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from jobs.ports import ScopeRef
from tests.waiting import PATIENCE
from workers.etcd import Blind, Change, Gateway, News, Resync, Watch
from workers.etcd.stream import Stream


class Listener:
    """Collects news with the instant at which each came (monotonic)."""

    def __init__(
        self, gateway: Gateway, scopes: Sequence[ScopeRef], *, eager: bool = True, **how: Any
    ) -> None:
        """`eager` waits for the stream on entering, so that what happens next comes through it."""
        self._eager = eager
        self.watch = Watch(gateway, scopes, **how)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._news: list[tuple[float, News]] = []
        self._came = threading.Condition()

    def __enter__(self) -> Self:
        self._thread.start()
        self.until(lambda news: isinstance(news, Resync | Blind))
        return self.ready() if self._eager else self

    def __exit__(self, *_: object) -> None:
        self.watch.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the watch did not stop"

    def ready(self) -> Self:
        """Wait until the stream is open, so that what happens next comes through it."""
        self.stream()
        return self

    def stream(self) -> Stream:
        """The stream, as soon as it is open."""
        end = time.monotonic() + PATIENCE
        while (stream := self.watch._stream) is None or not stream.begun:
            assert time.monotonic() < end, "no stream was opened"
            time.sleep(0.01)
        return stream

    def until(
        self, wanted: Callable[[News], bool], *, seconds: float = PATIENCE, after: int = 0
    ) -> tuple[float, News]:
        """The first news, from number `after` on, that is wanted, and when it came."""
        with self._came:
            found = self._came.wait_for(
                lambda: next((n for n in self._news[after:] if wanted(n[1])), None), seconds
            )
        assert found, f"not told within {seconds} s; told: {[n for _, n in self._news]}"
        return found

    def led_by(self, member: str | None) -> float:
        """When the watch told that this member leads (None: that nobody does)."""
        return self.until(lambda news: isinstance(news, Change) and _member(news) == member)[0]

    def told(self, *members: str | None) -> None:
        """Wait until so many changes were told; these have to be all of them, in order."""
        with self._came:
            self._came.wait_for(lambda: len(self.changes()) >= len(members), PATIENCE)
        assert self.changes() == [*members]

    def changes(self) -> list[str | None]:
        """The leaders told so far, in order."""
        return [_member(news) for _, news in list(self._news) if isinstance(news, Change)]

    def count(self) -> int:
        return len(self._news)

    def _listen(self) -> None:
        for news in self.watch:
            with self._came:
                self._news.append((time.monotonic(), news))
                self._came.notify_all()


def _member(change: Change) -> str | None:
    return change.leader.member if change.leader else None
