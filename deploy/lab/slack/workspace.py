"""One channel of a workspace, as Slack keeps it: messages, threads, edits, and what an administrator did to it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
STEP = 100
"""Microseconds between two messages at least: a ts is unique in its channel."""


@dataclass(slots=True, kw_only=True)
class Version:
    """What a message held from `at` on."""

    at: float
    text: str
    blocks: list[Json]
    attachments: list[Json]


@dataclass(slots=True, kw_only=True)
class Note:
    """A message: all it ever held, newest last. `bot` is None for a person's. A deleted one that has
    replies stands on as a tombstone."""

    ts: str
    thread: str | None
    bot: str | None
    versions: list[Version]
    metadata: Json | None = None
    deleted: bool = False

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def edited(self) -> bool:
        return len(self.versions) > 1


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Everything there is. `archived`, `member`, `window_closed` are what people did to the channel."""

    channel: str = "C0PGBATON1"
    team: str = "T0PGBATON1"
    user: str = "U0PGBATON1"
    bot: str = "B0PGBATON1"
    clock: Callable[[], float] = time.time
    archived: bool = False
    member: bool = True
    window_closed: bool = False
    notes: list[Note] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _last: int = 0

    def add(self, content: Json, *, thread: str | None, bot: str | None) -> Note:
        """A new message. What answers a message that is no more stands by itself, without a word: so
        Slack does it."""
        parent = self.find(thread) if thread else None
        note = Note(
            ts=self._ts(),
            thread=None if parent is None else parent.thread or parent.ts,
            bot=bot,
            versions=[self._version(content)],
            metadata=content.get("metadata"),
        )
        self.notes.append(note)
        return note

    def change(self, note: Note, content: Json) -> None:
        """An edit: what is not named stays, but text without blocks takes the blocks away."""
        old = note.now
        lone = "text" in content and "blocks" not in content
        usual: Json = {
            "text": old.text,
            "blocks": [] if lone else old.blocks,
            "attachments": old.attachments,
        }
        note.versions.append(self._version({**usual, **content}))
        note.metadata = content.get("metadata", note.metadata)

    def delete(self, note: Note) -> None:
        """A person, or we, delete a message."""
        note.deleted = True
        if note.thread is not None or not any(self.replies(note.ts)):
            self.notes.remove(note)

    def find(self, ts: str) -> Note | None:
        """The message of this name, tombstones among them."""
        return next((note for note in self.notes if note.ts == ts), None)

    def roots(self) -> list[Note]:
        return [note for note in self.notes if note.thread is None]

    def replies(self, ts: str) -> Iterator[Note]:
        return (note for note in self.notes if note.thread == ts)

    def _version(self, content: Json) -> Version:
        return Version(
            at=self.clock(),
            text=str(content.get("text") or ""),
            blocks=list(content.get("blocks") or []),
            attachments=list(content.get("attachments") or []),
        )

    def _ts(self) -> str:
        self._last = max(self._last + STEP, int(self.clock() * 1_000_000) // STEP * STEP)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass(slots=True, kw_only=True)
class Access:
    """Who may post: the bot's token with its scopes, and the incoming webhook's secret path. `refused`
    is Slack's word for a token that is none any more (token_revoked, account_inactive, …)."""

    token: str
    webhook: str = field(default_factory=lambda: secrets.token_hex(12))
    scopes: str = "chat:write,channels:history"
    refused: str | None = None

    def holds(self, scope: str) -> bool:
        held = set(self.scopes.replace(" ", "").split(","))
        same = {"channels:history": "groups:history"}.get(scope, scope)
        return bool(held & {scope, same})
