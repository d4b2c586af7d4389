"""What an examination of a trail may find, each with what it means and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Sign = Literal[
    "changed",
    "misplaced",
    "begins-late",
    "recomputed",
    "ends-early",
    "another-head",
    "head-moved",
    "gap",
    "accepted",
    "gap-unproven",
    "checkpoint",
    "checkpoint-unproven",
    "no-entry",
]

GOOD = frozenset[Sign]({"gap", "accepted", "checkpoint"})

REMEDIES: Mapping[Sign, str] = {
    "changed": "compare with an earlier export: pgbaton audit verify FILE",
    "misplaced": "compare with an earlier export: pgbaton audit verify FILE",
    "begins-late": "give the export before it as well: pgbaton audit verify FILE CLUSTER; where nobody exported it,"
    " look who could write to Redis",
    "recomputed": "somebody rewrote the trail, or Redis went on from an old copy: look who could write to Redis,"
    " and compare with an earlier export; a copy that was put back on purpose is signed off: pgbaton audit accept"
    " CLUSTER --why TEXT",
    "ends-early": "Redis was restored from an old copy, or the end was cut off: restore a newer copy, or look who"
    " could write to Redis; a copy that was put back on purpose is signed off: pgbaton audit accept CLUSTER --why TEXT",
    "another-head": "entries are missing at its end, or this is another trail",
    "head-moved": "whoever can write to Redis moved it, and nothing can follow until it is put back:"
    " docs/audit.md, A head that was moved",
    "gap-unproven": "ask the cluster's etcd; whoever can write to Redis could have written this entry",
    "checkpoint-unproven": "ask the cluster's etcd; whoever can write to Redis could have written this entry",
    "no-entry": "compare with an earlier export: pgbaton audit verify FILE",
    "gap": "",
    "accepted": "",
    "checkpoint": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One of them. The first entry that is not as it was lies within `first` to `last`; `doubtful` where
    it may be well, but nobody was asked who could say so."""

    sign: Sign
    first: int
    last: int
    text: str
    doubtful: bool = False

    @property
    def bad(self) -> bool:
        """Whether it speaks against the trail."""
        return self.sign not in GOOD and not self.doubtful

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES[self.sign]
