"""Many hosts at once by threads; the slowest one delays nobody's report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class ThreadFleet:
    """`jobs.ports.Fleet`: one daemon thread an item, at most `width` at once.

    Whoever leaves the loop early, by a job's time limit or by Ctrl-C, leaves at once: items that
    were not begun are dropped, and nobody waits for the others. (A ThreadPoolExecutor's block does,
    for as long as its slowest host takes.)
    """

    def __init__(self, *, width: int = 25) -> None:
        self._width = width

    def each(self, items: Sequence[In], work: Callable[[In], Out]) -> Iterator[tuple[In, Out]]:
        ended: SimpleQueue[tuple[In, Out] | BaseException] = SimpleQueue()
        waiting: SimpleQueue[In] = SimpleQueue()
        for item in items:
            waiting.put(item)
        for _ in range(min(self._width, len(items))):
            threading.Thread(target=_run, args=(waiting, work, ended), daemon=True).start()
        try:
            for _ in items:
                outcome = ended.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        finally:
            for _ in _taken(waiting):
                pass


def _run(
    waiting: SimpleQueue[In],
    work: Callable[[In], Out],
    ended: SimpleQueue[tuple[In, Out] | BaseException],
) -> None:
    for item in _taken(waiting):
        try:
            ended.put((item, work(item)))
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who waits
            ended.put(error)


def _taken(waiting: SimpleQueue[In]) -> Iterator[In]:
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return
