"""Chains from Redis and from files, checked alike; without it an export could not be checked alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.cli.exits import Exit, Fault
from jobs.audit import GENESIS, Entry, Verified, from_line, to_line, verify

if TYPE_CHECKING:
    from jobs.sentences import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a walk along a chain found. `broken` is a line that is no entry, `behind` the head that
    was asked for and is not the chain's."""

    walk: Verified
    broken: str = ""
    behind: str = ""

    @property
    def sound(self) -> bool:
        """True where nothing speaks against the trail."""
        return self.walk.bad is None and not self.broken and not self.behind

    def told(self, name: str) -> Iterator[tuple[Tone, str]]:
        """As lines: the finding, and what can still be trusted."""
        count, head = self.walk.entries, self.walk.head
        fault = self.walk.reason or self.broken
        if fault:
            yield "bad", f"{name}: BROKEN: {fault}"
            yield "plain", _trusted(count, head)
            yield "plain", "compare with an earlier export: pgbaton audit verify FILE"
        elif self.behind:
            yield "bad", f"{name}: {count} entries fit, but the head is {head}, not {self.behind}"
            yield "plain", "entries are missing at its end, or this is another trail"
        else:
            yield "good", f"{name}: {count} entries, every one follows the one before"
            yield "quiet", f"head {head}"

    def to_json(self) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "sound": self.sound,
            **asdict(self.walk),
            "broken": self.broken,
            "expected": self.behind,
        }


def _trusted(count: int, head: str) -> str:
    if not count:
        return "nothing in it is proven"
    return (
        f"entries 1 to {count} are as they were written (head {head}); nothing after them is proven"
    )


@dataclass(slots=True, kw_only=True)
class Chain:
    """A trail to walk. `broken` is filled while it is read, where a file's line is no entry."""

    entries: Iterable[Entry]
    broken: list[str] = field(default_factory=list)

    def verified(self, *, head: str | None) -> Seen:
        """Walk it once; `head` is what its end must hash to, where that is known."""
        walk = verify(self.entries)
        behind = head or ""
        return Seen(
            walk=walk,
            broken=self.broken[0] if self.broken and walk.bad is None else "",
            behind="" if behind == walk.head else behind,
        )


def read_export(path: Path) -> Chain:
    """An exported file; a line that is no entry ends the walk there, and is named."""
    if not os.access(path, os.R_OK) or not path.is_file():
        reason = f"there is no file {path} that could be read"
        raise Fault(reason, "name an export, or a cluster", code=Exit.USAGE)
    broken: list[str] = []
    return Chain(entries=_lines(path, broken), broken=broken)


def _lines(path: Path, broken: list[str]) -> Iterator[Entry]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                entry = from_line(line)
                entry.body.encode()
            except (ValueError, RecursionError):
                broken.append(f"line {number} is no entry of a trail")
                return
            yield entry


def write_export(path: Path, entries: Iterable[Entry]) -> tuple[int, str]:
    """Write a whole trail beside its place and rename it; how many entries, and the head."""
    count, head = 0, GENESIS
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            for entry in entries:
                file.write(to_line(entry) + "\n")
                count, head = count + 1, entry.hash
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise Fault(
            f"cannot write {path}: {error.strerror}",
            "name a file that you may write",
            code=Exit.UNAVAILABLE,
        ) from None
    return count, head
