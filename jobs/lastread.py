"""What hosts' files were when they were last read: with it, a swap goes out without a look before.

The swap compares before it changes anything, so that a memory that is wrong costs one more question and
never a byte. It lives in one worker's memory alone, like the files of the job that reads them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from jobs.edits.splice import apply
from jobs.inventory import Inventory, parse_target
from jobs.plan import HostPlan, plan_host
from jobs.remote import FileState, ReadReply
from jobs.verdict import Leadership

MOST = 8 * 1024 * 1024
"""Bytes of files that are remembered, of all hosts together; the oldest are forgotten."""


@dataclass(slots=True)
class LastReads:
    """The last read of each target, by cluster. Threads may share it."""

    most: int = MOST
    _kept: OrderedDict[tuple[str, str], ReadReply] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def keep(self, cluster: str, target: str, reply: ReadReply) -> None:
        """Remember what was just read; only where every file could be."""
        with self._lock:
            self._drop((cluster, target))
            if all(isinstance(file, FileState) for file in reply.files):
                self._kept[cluster, target] = reply
                self._size += size_of(reply)
            while self._size > self.most:
                self._drop(next(iter(self._kept)))

    def recall(self, cluster: str, target: str) -> ReadReply | None:
        with self._lock:
            return self._kept.get((cluster, target))

    def _drop(self, place: tuple[str, str]) -> None:
        gone = self._kept.pop(place, None)
        self._size -= 0 if gone is None else size_of(gone)


def size_of(reply: ReadReply) -> int:
    """Bytes of its files."""
    return sum(len(file.content) for file in reply.files if isinstance(file, FileState))


def brought_to(
    inventory: Inventory, *, cluster: str, host: str, leadership: Leadership, reply: ReadReply
) -> ReadReply | None:
    """A host as it should be since it was brought to a leadership, by what was read of it before that.

    None where that cannot be told: its files do not name all that it does (a NodeBalancer's address
    stays, whoever leads), a hardened host shows no whole file, or what was read cannot be planned.
    """
    if parse_target(host).behind is not None or inventory.host_at(host).mode == "hardened":
        return None
    plan = plan_host(inventory, cluster=cluster, host=host, leadership=leadership, reply=reply)
    return _applied(plan, reply) if isinstance(plan, HostPlan) else None


def _applied(plan: HostPlan, reply: ReadReply) -> ReadReply:
    swaps = {swap.path: swap for app in plan.request.apps for swap in app.files}
    files: Mapping[str, FileState] = {f.path: f for f in reply.files if isinstance(f, FileState)}
    done = (
        replace(file, content=apply(file.content, swap.splices), sha256=swap.after or file.sha256)
        for path, file in files.items()
        for swap in (swaps[path],)
    )
    return replace(reply, files=tuple(done), fence=plan.request.fence)
