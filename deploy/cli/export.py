"""Chains from Redis and from files, read alike; without it an export could not be checked alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain as one_after_another
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault
from jobs.audit import GENESIS, Entry, Head, from_line, to_line
from jobs.audit.chain import changed

if TYPE_CHECKING:
    from jobs.ports import ReadTrail


@dataclass(slots=True)
class Chain:
    """A trail to walk, once. `broken` is filled while it is read, where a file's line is no entry;
    `parts` are the files that it is joined from, `head` what asks Redis for the head that it notes."""

    entries: Iterable[Entry]
    broken: list[str] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    head: Callable[[], Head] | None = None

    def first(self) -> Entry | None:
        """The first entry, which stays to be walked."""
        rest = iter(self.entries)
        found = next(rest, None)
        self.entries = rest if found is None else one_after_another([found], rest)
        return found


@dataclass(slots=True)
class Part:
    """A file of a longer trail; `last` is known once it was read."""

    path: Path
    last: int = 0

    def joins(self, exports: Mapping[int, str]) -> str:
        """How it fits to a checkpoint of the trail, if one names it."""
        named = exports.get(self.last)
        if named is None:
            return f"{self.path}: up to entry {self.last}; no checkpoint names it"
        if named == sha256_of(self.path):
            return f"{self.path}: up to entry {self.last}, the very file that the checkpoint names"
        return f"{self.path}: up to entry {self.last}; the checkpoint names another file of it (sha256 {named})"


def live(trail: ReadTrail, cluster: str) -> Chain:
    """A cluster's trail as it stands."""
    return Chain(entries=trail.entries(cluster), head=lambda: trail.head(cluster))


def read_export(path: Path) -> Chain:
    """An exported file; a line that is no entry ends the walk there, and is named."""
    if not os.access(path, os.R_OK) or not path.is_file():
        reason = f"there is no file {path} that could be read"
        raise Fault(reason, "name an export, or a cluster", code=Exit.USAGE)
    broken: list[str] = []
    part = Part(path)
    return Chain(entries=_lines(part, broken), broken=broken, parts=(part,))


def joined(files: Sequence[Chain], trails: Sequence[Chain]) -> Chain:
    """Files in the order of their first entries, then the trail itself, as one chain. What stands in
    two of them counts once, where it is the same."""
    opened = [(chain.first(), chain) for chain in files]
    ordered = sorted(opened, key=lambda pair: pair[0].seq if pair[0] else 0)
    chains = [*(chain for _, chain in ordered), *trails]
    if len(chains) == 1:
        return replace(chains[0], parts=())
    broken: list[str] = []
    parts = tuple(part for chain in chains for part in chain.parts)
    head = chains[-1].head if chains else None
    return Chain(entries=_once(chains, broken), broken=broken, parts=parts, head=head)


def _once(chains: Sequence[Chain], broken: list[str]) -> Iterator[Entry]:
    seen: dict[int, str] = {}
    for chain in chains:
        for entry in chain.entries:
            if seen.get(entry.seq) == entry.hash and changed(entry) is None:
                continue
            seen[entry.seq] = entry.hash
            yield entry
        broken.extend(chain.broken)
        if chain.broken:
            return


def _lines(part: Part, broken: list[str]) -> Iterator[Entry]:
    with part.path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            try:
                entry = from_line(line)
                entry.body.encode()
            except (ValueError, RecursionError):
                broken.append(f"line {number} of {part.path} is no entry of a trail")
                return
            part.last = entry.seq
            yield entry


def sha256_of(path: Path) -> str:
    """A file's digest, as sha256sum prints it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_export(path: Path, entries: Iterable[Entry]) -> tuple[int, str]:
    """Write entries beside their place and rename the file, all of it on the disk before this returns;
    how many entries, and the last one's hash."""
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
        _sync(path.parent)
    except OSError as error:
        raise Fault(
            f"cannot write {path}: {error.strerror}",
            "name a file that you may write",
            code=Exit.UNAVAILABLE,
        ) from None
    return count, head


def _sync(folder: Path) -> None:
    """A renamed file is safe once its folder is on the disk too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
