"""What earlier runs proved, so that a run that was stopped goes on and a second one ends at once."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.mutation.mutant import Mutant


@dataclass(slots=True, kw_only=True)
class Memory:
    """Who caught which patch, and which tests passed without any; all of one state of the checkout.

    Only what was caught is remembered: what survived is looked at again.
    """

    file: Path
    tree: str
    caught: dict[str, str] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def by(self, mutant: Mutant) -> str | None:
        return self.caught.get(_key(mutant))

    def note(self, mutant: Mutant, by: str) -> None:
        with self._lock:
            self.caught[_key(mutant)] = by
            self._write()

    def note_sound(self, names: set[str], *, but: set[str]) -> None:
        """These tests passed in a copy that nobody broke; `but` those did not, and caught nobody."""
        with self._lock:
            self.sound |= names
            self.caught = {key: by for key, by in self.caught.items() if by not in but}
            self._write()

    def _write(self) -> None:
        kept = {"tree": self.tree, "caught": self.caught, "sound": sorted(self.sound)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(kept, indent=1) + "\n")
        new.replace(self.file)


def recall(file: Path, *, tree: str) -> Memory:
    """What is known of this state of the checkout; nothing of another one counts."""
    try:
        kept = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        kept = {}
    if kept.get("tree") != tree:
        return Memory(file=file, tree=tree)
    return Memory(file=file, tree=tree, caught=kept["caught"], sound=set(kept["sound"]))


def _key(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.patch.encode()).hexdigest()
