"""One cluster's trail as the anchoring process knows it: what was noted of it, and when it is looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from jobs.anchor import Anchor, Mark
from jobs.audit import Head
from jobs.ports import Anchors


@dataclass(slots=True)
class View:
    """`known` are the anchors that stand, `off` those of them that the trail contradicts, and `strangers`
    those of these that nothing explains; `heard` is where the trail ended when it was last looked at."""

    cluster: str
    place: Anchors
    known: list[Anchor] | None = None
    off: frozenset[Mark] = frozenset()
    strangers: frozenset[Mark] = frozenset()
    looked: int | None = None
    heard: Head | None = None
    urgent: bool = True
    due: float = -inf
    retry: float = -inf

    @property
    def newest(self) -> Anchor | None:
        """The newest head that was anchored, of those that the trail has."""
        heads = (a for a in self.known or () if a.kind == "head" and a.mark not in self.off)
        return max(heads, key=lambda a: a.seq, default=None)

    def went_back(self, head: Head) -> bool:
        """Whether the trail ends before what was noted of it."""
        return self.newest is not None and head.seq < self.newest.seq

    def rests(self, head: Head) -> bool:
        """Whether what was noted is known, and there is nothing to note."""
        if self.known is None:
            return False
        newest = self.newest
        return not head.seq if newest is None else newest.mark == (head.seq, head.hash)

    def waits(self, head: Head, *, now: float) -> bool:
        """Whether it moved no further since it was looked at, and the time for its next anchor has not
        come: in a storm hundreds do, for seconds."""
        return not self.urgent and head == self.heard and now < self.due
