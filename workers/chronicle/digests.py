"""The digest as it is remembered: which incidents it tells, and which message it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jobs.ports import Memory
from jobs.slack.digest import Digest, Waiting
from jobs.slack.progress import Progress, from_json, to_json


@dataclass(slots=True, kw_only=True)
class DigestBook:
    """At most one digest is open; `digest` is None where there is none."""

    memory: Memory
    name: str
    digest: Digest | None = None
    progress: dict[str, Progress] = field(default_factory=dict)
    _kept: str = ""

    @classmethod
    def opened(cls, memory: Memory, *, name: str) -> DigestBook:
        """As the last process left it; empty where nothing is remembered, or nothing readable."""
        book = cls(memory=memory, name=name)
        try:
            raw = json.loads(memory.recall(name) or "")
            told = tuple((str(c), str(i)) for c, i in raw["told"])
            digest = Digest(key=raw["key"], opened=raw["opened"], told=told)
            book.progress = {digest.key: from_json(raw["progress"])}
            book.digest = digest
        except (ValueError, KeyError, TypeError):
            return cls(memory=memory, name=name)
        return book

    def take(self, crowd: Sequence[Waiting]) -> str:
        """Let these be told by the digest; returns its key."""
        if self.digest is None:
            first = min(crowd, key=lambda one: one.opened)
            self.digest = Digest(key=f"digest-{first.incident}", opened=first.opened)
            self.progress = {self.digest.key: Progress()}
        fresh = [(one.cluster, one.incident) for one in crowd]
        told = tuple(dict.fromkeys((*self.digest.told, *fresh)))
        self.digest = replace(self.digest, told=told)
        self.keep()
        return self.digest.key

    def holds(self, cluster: str, incident: str) -> bool:
        """True where the open digest tells of this incident."""
        return self.digest is not None and (cluster, incident) in self.digest.told

    def close(self, _: str) -> None:
        """All of its incidents are over, and told."""
        self.digest, self.progress = None, {}
        self.keep()

    def keep(self) -> None:
        """Remember it, where it changed. Raises LedgerUnavailable."""
        text = self._text()
        if text != self._kept:
            self.memory.remember(self.name, text)
            self._kept = text

    def _text(self) -> str:
        if self.digest is None:
            return ""
        one = self.digest
        progress = to_json(self.progress[one.key])
        plain = {"key": one.key, "opened": one.opened, "told": one.told, "progress": progress}
        return json.dumps(plain, separators=(",", ":"))
