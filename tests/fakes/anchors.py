"""A place for anchors in memory, which can be out of reach: without it, only etcd could be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jobs.anchor import Anchor, name_of
from jobs.ports import DcsUnavailable


@dataclass(slots=True)
class FakeAnchors:
    """jobs.ports.Anchors; `notes` by cluster and name. `away` is why nobody answers, `full` why nothing
    is taken."""

    notes: dict[tuple[str, str], Anchor] = field(default_factory=dict)
    away: str = ""
    full: str = ""
    asked: int = 0
    written: list[Anchor] = field(default_factory=list)

    def place(self, anchor: Anchor, *, instead: Sequence[Anchor] = ()) -> None:
        self._refuse()
        if self.full:
            raise DcsUnavailable(self.full, "make room")
        key = anchor.cluster, name_of(anchor)
        if key in self.notes:
            return
        self.notes[key] = replace(anchor, place=f"memory {key[1]}")
        self.written.append(anchor)
        for one in instead:
            self.notes.pop((one.cluster, name_of(one)), None)

    def placed(self, cluster: str) -> Sequence[Anchor]:
        self._refuse()
        return [self.notes[key] for key in sorted(self.notes) if key[0] == cluster]

    def _refuse(self) -> None:
        self.asked += 1
        if self.away:
            raise DcsUnavailable(self.away, "start etcd")
