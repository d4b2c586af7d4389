"""The token a host keeps of what it last applied: without it, a late job could undo a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How an offered fence stands against the one a host holds."""

    FIRST = "first"  # the host holds none yet
    SAME = "same"
    HIGHER = "higher"
    LOWER = "lower"
    OTHER_SYSTEM = "other-system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """System identifier, PostgreSQL timeline and etcd epoch of one leadership."""

    system: str
    pg_timeline: int
    epoch: int

    def __str__(self) -> str:
        return f"{self.system}/{self.pg_timeline}/{self.epoch}"

    def stands_against(self, held: Fence | None) -> Standing:
        """Compare componentwise: either part lower is LOWER, whatever the other part says."""
        if held is None:
            return Standing.FIRST
        if held.system != self.system:
            return Standing.OTHER_SYSTEM
        if self.pg_timeline < held.pg_timeline or self.epoch < held.epoch:
            return Standing.LOWER
        return Standing.SAME if self == held else Standing.HIGHER


def parse_fence(text: str) -> Fence | None:
    """Read what `str(fence)` wrote; None where the text is no fence."""
    parts = text.strip().split("/")
    if len(parts) != 3 or not parts[0] or not all(p.isdecimal() for p in parts[1:]):  # noqa: PLR2004
        return None
    return Fence(system=parts[0], pg_timeline=int(parts[1]), epoch=int(parts[2]))
