"""Where the story is told outside Redis: what projections of the trail need of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from jobs.anchor import Anchor
from jobs.slack.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message stands; `ts` is its name in its channel."""

    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now: ask again after `seconds` (a rate limit says how many; else the caller's own pace).
    `doubtful` where the message may stand all the same, because only the answer was lost."""

    seconds: float
    reason: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The message to edit or to answer is gone, or may not be edited any more."""

    kind: Literal["message-not-found", "edit-window-closed"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """Nothing can be posted until a person mends it: a revoked token, an archived channel."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Slack will never take this very message, not even as bare text: a mistake of ours. Go on with
    the next one, and say so; asking again changes nothing."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message stands, but nobody knows its name: it can be neither edited nor answered."""


class Messenger(Protocol):
    """One channel of Slack's. `key` names a message for ever (it travels as metadata): what was posted
    before a crash is found by it. Nothing raises; nothing is tried twice, except that a message whose
    blocks Slack refuses is posted as bare text at once, and logged."""

    def post(
        self, message: Message, *, key: str, thread: str | None = None
    ) -> Posted | Later | Lost | Barred | Unfit:
        """Post a message, below the one named `thread` where it is given."""

    def edit(
        self, ts: str, message: Message, *, key: str
    ) -> Posted | Later | Lost | Barred | Unfit:
        """Put another content in a message's place."""

    def written(
        self, *, thread: str | None = None, since: float = 0
    ) -> Mapping[str, str] | Later | Lost | Barred:
        """Our own messages by key, with their `ts`: of a thread (its root among them), else of the
        channel since an instant (seconds since 1970), without replies. Of two with one key the
        older counts."""


class Crier(Protocol):
    """The lesser mode, an incoming webhook: what it takes has no name, no thread, no key, is never
    edited and never read back."""

    def post(self, message: Message) -> Told | Later | Barred | Unfit:
        """Post a message to the channel that the webhook belongs to."""


class Noted(Protocol):
    """A place where it was noted where a trail stood."""

    def placed(self, cluster: str) -> Sequence[Anchor]:
        """All that are kept of a cluster, lowest number first. Raises Unavailable."""


class Anchors(Noted, Protocol):
    """A place outside Redis that keeps anchors, each once: a later one never replaces an earlier one."""

    def place(self, anchor: Anchor, *, instead: Sequence[Anchor] = ()) -> None:
        """Note it, unless this very note stands already; in the same step those in whose stead it
        stands go. Raises Unavailable."""
