"""The audit trail's closed set of kinds and its chain: what is not an entry did not happen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""The previous hash of a trail's first entry."""

NOT_OURS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading an entry raises whose body pgbaton never wrote: whoever can write to Redis may have left
any JSON there, or none."""


class Kind(StrEnum):
    """Every kind of entry there is; a reader may match on them exhaustively."""

    EVENT = "event"  # an event was accepted
    REFUSED = "refused"  # requests were refused (at most one a reason and minute)
    OPENED = "opened"  # an incident opened
    VERDICT = "verdict"  # the verdict of an open incident changed
    PLANNED = "planned"  # hosts were given to repoint jobs
    HOST = "host"  # one host's outcome
    BALANCER = "balancer"  # a NodeBalancer was changed, or how it stands changed
    DNS = "dns"  # a DNS record's outcome
    ISOLATION = "isolation"  # a stale primary is kept from taking writes: asked, done, or not done
    TAKEN_OVER = "taken-over"  # what a dead worker left was given to another
    SUPERSEDED = "superseded"  # a job found a newer epoch and gave way
    ALARM = "alarm"  # somebody should look: two writable primaries, partial, held up
    CONCLUDED = "concluded"  # every target holds the newest epoch
    DRIFT = "drift"  # a host no longer is what was applied
    PAUSED = "paused"
    RESUMED = "resumed"
    RELEASED = "released"  # a return that was held back (flapping) goes on
    FENCE_LIFTED = "fence-lifted"  # reset-fence or adopt, by an operator
    JOURNAL = "journal"  # taken in from an inline repoint made while Redis was down
    ACKNOWLEDGED = (
        "acknowledged"  # somebody said that they have seen an incident, and what they know
    )
    CHECKPOINT = (
        "checkpoint"  # older entries were exported and dropped; the chain goes on from them
    )
    GAP = "trail-gap"  # an anchor is ahead of the head: entries were lost with a Redis failover


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it has a place in the chain. `id` makes appending idempotent: the same id
    is appended once. `seconds` is how long the fact took, where it took time."""

    id: str
    kind: Kind
    incident: str | None = None
    seconds: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> str:
        """The canonical JSON that is hashed: sorted keys, no blanks, UTF-8 as it is."""
        return canonical(
            {
                "id": self.id,
                "kind": str(self.kind),
                "incident": self.incident,
                "seconds": None if self.seconds is None else round(self.seconds, 6),
                "evidence": self.evidence,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry in its place. `at` is Redis TIME in microseconds; `body` the canonical JSON."""

    seq: int
    at: int
    body: str
    prev: str
    hash: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """The parsed body: id, kind, incident, seconds, evidence. Half a character, which we never
        write, becomes a question mark: nobody could print it."""
        parsed: Mapping[str, Any] = json.loads(self.body)
        if "\\ud" in self.body or "\\uD" in self.body:
            printable = json.dumps(parsed, ensure_ascii=False).encode(errors="replace")
            parsed = json.loads(printable)
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A trail's newest entry: number, hash and instant (Redis TIME, microseconds); 0, GENESIS and 0
    where there is none."""

    seq: int = 0
    hash: str = GENESIS
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where one incident's own entries stand: the first and the newest of them. An index, made with
    the append; what is proven is the entries themselves."""

    incident: str
    first: int
    last: int


def canonical(value: object) -> str:
    """The one JSON spelling of a value that hashes are made of."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def link(*, prev: str, seq: int, at: int, body: str) -> str:
    """An entry's hash: SHA-256 over previous hash, number, instant and body, one a line, as hex."""
    return hashlib.sha256(f"{prev}\n{seq}\n{at}\n{body}".encode()).hexdigest()
