"""Why something cannot be done: without a remedy beside it, the reason would only be bad news."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why a host cannot be planned, where, and what would lift it."""

    where: str
    reason: str
    remedy: str
