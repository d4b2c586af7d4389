"""What worker and stale member say to each other: one order with a fence, and an answer that can be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, get_args

from jobs.fence import Fence

StopOutcome = Literal["ready", "stopped", "already", "refused", "busy", "failed"]
"""`ready` answers a check. `already`: nothing there takes writes. The last three stopped nothing, or
cannot prove it."""

WORDS: frozenset[str] = frozenset(get_args(StopOutcome))

LONGEST = 2000
"""Characters of an answer that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrder:
    """Stop this member's PostgreSQL unless it leads; a `check` only asks whether that could be done."""

    cluster: str
    fence: Fence | None
    """None for a check."""

    @property
    def command(self) -> str:
        """What is asked for over SSH."""
        if self.fence is None:
            return f"check {self.cluster}"
        return f"isolate {self.cluster} {self.fence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReply:
    """A member's answer; a refusal says what would lift it."""

    outcome: StopOutcome
    reason: str
    remedy: str = ""

    @property
    def stopped(self) -> bool:
        """True where nothing there takes writes, by the member's own word."""
        return self.outcome in {"stopped", "already"}


def decode_stop(output: bytes) -> StopReply | None:
    """Read an answer; None for what is none. The member may be in anybody's hands: its words are
    bounded, and only its outcome is believed."""
    try:
        raw = json.loads(output[:LONGEST].decode())
        outcome, reason, remedy = raw["outcome"], raw["reason"], raw["remedy"]
    except (UnicodeDecodeError, ValueError, LookupError, TypeError):
        return None
    if outcome not in WORDS or not isinstance(reason, str) or not isinstance(remedy, str):
        return None
    return StopReply(outcome=outcome, reason=_line(reason), remedy=_line(remedy))


def _line(text: str) -> str:
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable[:300]
