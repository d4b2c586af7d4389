"""What an incident was, as values: the state, the times, the targets, what was said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobs.fence import Fence
from jobs.story.cause import Cause, CauseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants in seconds since 1970 by Redis TIME; None where it did not happen.

    `detected` is the first sign: an event, else the opening. `leader_lost` is when the leader's key was
    heard to be gone, or the first look that could prove nobody to lead, whichever came first: a leader
    that is cut off demotes itself before its key is gone, one that crashes keeps it. One that held its
    key all the time, and only could not be reached by us, was never lost; `elected`
    when the newest epoch was first heard of or seen, None where it is that of before; `verified` when
    it was first proven; `first_host` and `last_host` when the first and the last target held it;
    `writes_resumed` when every application's own check had passed on the proven leader, and where none
    had to move, when that leader was proven to take writes.
    """

    opened: float
    detected: float
    leader_lost: float | None = None
    elected: float | None = None
    verified: float | None = None
    first_host: float | None = None
    last_host: float | None = None
    writes_resumed: float | None = None
    concluded: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to bring a target to the leader: from `begun` to `ended` (seconds since 1970)."""

    seq: int
    begun: float
    ended: float
    outcome: str
    holds: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStory:
    """How one target fared: `target` is its word, `told` its name for people, `outcome` the last one
    ("planned" before the first). `attempts` counts all of them; `bars` holds the newest."""

    target: str
    told: str
    kind: Literal["host", "nodebalancer", "dns"]
    outcome: str = "planned"
    holds: bool = False
    planned: float | None = None
    at: float | None = None
    seconds: float | None = None
    member: str | None = None
    reason: str = ""
    remedy: str = ""
    restarted: tuple[str, ...] = ()
    attempts: int = 0
    failures: int = 0
    bars: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictSaid:
    """A verdict from its instant on, until the next one."""

    seq: int
    at: float
    verdict: str
    reason: str
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence with its instant: an alarm, an acknowledgement; `by` who said it, where a person did."""

    seq: int
    at: float
    text: str
    by: str | None = None


UNSEEN = (
    "The machine fell silent before its lease ran out, by up to Patroni's ttl: what counts from the "
    "leader's loss is the least that it was."
)
"""What belongs beside a length that begins with a lost machine's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident. `member` is the newest proven leader, `before` who led until then, under
    `epoch_before`; `seconds` how long it took from the first sign to the end; `holders` who held the
    leader's key from when on (None: nobody); `hold` that the leader's return is held back now; `first`
    and `last` the numbers of its own first and newest entry; `gone` the targets that left the inventory
    before they followed, which nobody waited for any longer; as sentences, `retries` what was tried
    again or taken over, `mended` which stale member was isolated, why a return was held no longer, and who
    is gone."""

    id: str
    cluster: str
    state: Literal["open", "concluded"]
    verdict: str
    reason: str
    times: Times
    first: int
    last: int
    before: str | None = None
    epoch_before: int | None = None
    member: str | None = None
    fence: Fence | None = None
    seconds: float | None = None
    epochs: tuple[int, ...] = ()
    targets: tuple[TargetStory, ...] = ()
    gone: tuple[TargetStory, ...] = ()
    verdicts: tuple[VerdictSaid, ...] = ()
    holders: tuple[tuple[float, str | None], ...] = ()
    alarms: tuple[Said, ...] = ()
    acks: tuple[Said, ...] = ()
    retries: tuple[Said, ...] = ()
    mended: tuple[Said, ...] = ()
    hold: Said | None = None
    cause: Cause | None = None

    @property
    def over(self) -> bool:
        """True once every target held the newest epoch."""
        return self.state == "concluded"

    @property
    def held(self) -> int:
        """How many targets follow the leader."""
        return sum(one.holds for one in self.targets)

    @property
    def unseen(self) -> bool:
        """True where the leader was lost before anybody could see it."""
        return self.cause is not None and self.cause.kind == CauseKind.MACHINE_LOST

    @property
    def caveat(self) -> str:
        """What a reader of the times must know; empty where they say all."""
        return UNSEEN if self.unseen else ""
