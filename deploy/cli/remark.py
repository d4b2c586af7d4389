"""Something that is no mistake of the inventory's file, in one shape for all who notice it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Where, what, and what to do."""

    path: str
    reason: str
    remedy: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)
