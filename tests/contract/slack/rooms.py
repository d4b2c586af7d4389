"""A channel seen from both sides: without it, one suite could not run over the fake and over Slack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from jobs.ports import Messenger
from tests.contract.slack.double import Double
from tests.fakes.messenger import FakeMessenger


class Room(Protocol):
    """A messenger, and what a person sees and does in its channel."""

    @property
    def messenger(self) -> Messenger: ...
    @property
    def texts(self) -> list[str]: ...
    def thread(self, ts: str) -> list[str]:
        """A thread's texts, its root's first."""

    def delete(self, ts: str) -> None: ...
    def archive(self) -> None: ...
    def revoke(self) -> None: ...
    def close_window(self) -> None: ...
    def break_down(self) -> None: ...
    def limit(self, seconds: int) -> None: ...
    def lose_answer(self) -> None: ...
    def recover(self) -> None: ...


@dataclass(slots=True)
class FakeRoom:
    """In memory."""

    messenger: FakeMessenger = field(default_factory=FakeMessenger)

    @property
    def texts(self) -> list[str]:
        return self.messenger.texts

    def thread(self, ts: str) -> list[str]:
        return [one.message.text for one in self.messenger.thread(ts)]

    def delete(self, ts: str) -> None:
        self.messenger.delete(ts)

    def archive(self) -> None:
        self.messenger.bar("is_archived", "unarchive the channel")

    def revoke(self) -> None:
        self.messenger.bar()

    def close_window(self) -> None:
        self.messenger.window_closed = True

    def break_down(self) -> None:
        self.messenger.break_down()

    def limit(self, seconds: int) -> None:
        self.messenger.limit(seconds)

    def lose_answer(self) -> None:
        self.messenger.lose_answers()

    def recover(self) -> None:
        self.messenger.recover()


class RealRoom:
    """The real hand, against the double over HTTP."""

    def __init__(self, double: Double) -> None:
        self.double, self.messenger = double, double.channel()

    @property
    def texts(self) -> list[str]:
        return self.double.texts

    def thread(self, ts: str) -> list[str]:
        notes = [n for n in self.double.space.notes if ts in {n.ts, n.thread}]
        return [n.now.text or n.now.attachments[0]["fallback"] for n in notes]

    def delete(self, ts: str) -> None:
        assert self.double.control("DELETE", f"/messages/{ts}").ok

    def archive(self) -> None:
        self.double.hurt(archived=True)

    def revoke(self) -> None:
        self.double.hurt(token="token_revoked")

    def close_window(self) -> None:
        self.double.hurt(window_closed=True)

    def break_down(self) -> None:
        self.double.hurt(down="refused")

    def limit(self, seconds: int) -> None:
        self.double.hurt(limited=seconds)

    def lose_answer(self) -> None:
        self.double.hurt(lost_replies=1, only="chat")

    def recover(self) -> None:
        assert self.double.control("DELETE", "/faults").ok
