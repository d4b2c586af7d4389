"""What became of the anchors, for the pages. Anchoring itself knows it only while it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from jobs.anchor import Anchor
from jobs.ports import LedgerUnavailable, Memory
from jobs.remembered import ANCHORS_TROUBLE, anchored_name

REMEDY = "until then an edit of the trail could go unnoticed; the chronicle's log says more"


@dataclass(slots=True)
class AnchorNotes:
    """Writes only what changed. The first time also what another process left behind is taken back."""

    memory: Memory
    _told: dict[str, str] = field(default_factory=dict)

    def tell(self, failing: Mapping[str, str], last: Mapping[str, Anchor]) -> None:
        """How it stands now. Where Redis cannot be asked, the next call tells it."""
        with suppress(LedgerUnavailable):
            self._keep(ANCHORS_TROUBLE, _spelled(failing))
            for cluster, anchor in last.items():
                self._keep(anchored_name(cluster), str(anchor.seq))

    def _keep(self, name: str, text: str) -> None:
        before = self._told.get(name)
        if before is None:
            before = self.memory.recall(name) or ""
        if before != text:
            self.memory.remember(name, text)
        self._told[name] = text


def _spelled(failing: Mapping[str, str]) -> str:
    if not failing:
        return ""
    reason = "; ".join(f"{cluster}: {why}" for cluster, why in sorted(failing.items()))
    return json.dumps({"reason": reason, "remedy": REMEDY})
