"""What an inline repoint did, one JSON line a step, so that the trail can take it in later."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.cli.exits import Exit, Fault
from deploy.cli.trail import stamp_of
from jobs.audit import NOT_OURS, Draft, Entry, Kind, canonical
from jobs.timeline import Line, tell

if TYPE_CHECKING:
    from jobs.ports import Ledger

FOLDER = Path("/var/lib/pgbaton/journal")
TAKEN = ".taken-in"
"""The end of the name of the empty file beside a journal that the trail has whole."""
LATEST = 2.5e11
"""Seconds since 1970, in the year 9892: no calendar goes on for long after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fact as it happened. `at` is seconds since 1970 by this machine's clock; `where` names
    the machine, `by` the operator."""

    cluster: str
    at: float
    by: str
    where: str
    fact: Draft

    def to_line(self) -> str:
        """One line of a journal file."""
        place = {"cluster": self.cluster, "at": self.at, "by": self.by, "where": self.where}
        return canonical({**place, **json.loads(self.fact.body())})

    def told(self) -> Line:
        """The fact's sentence, from the one narrator."""
        return tell(Entry(seq=0, at=round(self.at * 1e6), body=self.fact.body(), prev="", hash=""))

    def draft(self) -> Draft:
        """The entry that takes the step into the trail: once, whatever file it comes from."""
        fact = self.fact
        evidence: Mapping[str, Any] = {
            "source": f"{self.by}'s repoint on {self.where}, {stamp_of(self.at)}",
            "text": self.told().text,
            "at": self.at,
            "fact": {"id": fact.id, "kind": str(fact.kind), "evidence": fact.evidence},
        }
        return Draft(
            id=f"journal:{fact.id}",
            kind=Kind.JOURNAL,
            incident=fact.incident,
            seconds=fact.seconds,
            evidence=evidence,
        )


def from_line(line: str) -> Step:
    """Read one line of a journal; ValueError where it is none, or one that no run wrote: what a trail
    has taken in it never gives back."""
    try:
        step = _step(json.loads(line))
        step.draft().body().encode()
    except NOT_OURS as error:
        msg = f"is no line of a journal: {error}"
        raise ValueError(msg) from None
    return step


def _step(raw: Mapping[str, Any]) -> Step:
    place = {name: _text_of(raw, name) for name in ("cluster", "by", "where")}
    fact = Draft(
        id=_text_of(raw, "id"),
        kind=Kind(raw["kind"]),
        incident=raw["incident"],
        seconds=raw["seconds"],
        evidence=raw["evidence"],
    )
    if not 0 < raw["at"] < LATEST:
        raise ValueError("its instant is none")
    if not isinstance(fact.evidence, dict):
        raise TypeError("its evidence is no object")
    if fact.incident is not None and fact.incident.rpartition("-")[0] != place["cluster"]:
        raise ValueError(f"{fact.incident} is no incident of {place['cluster']}")
    return Step(**place, at=raw["at"], fact=fact)


def _text_of(raw: Mapping[str, Any], name: str) -> str:
    text = raw[name]
    if not isinstance(text, str):
        raise TypeError(f"{name} is no text")
    return text


class Journal:
    """Every step on disk before it is told anywhere else; and in the trail as well while Redis answers.

    `ledger` is None while Redis is down; `late` says whether the trail lacks a step.
    """

    def __init__(self, path: Path, ledger: Ledger | None) -> None:
        self.path, self.late, self._ledger = path, ledger is None, ledger
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        except OSError as error:
            raise Fault(
                f"cannot write the journal {path}: {error.strerror}",
                "name a file that you may write: --journal PATH",
                code=Exit.UNAVAILABLE,
            ) from None
        self._file = os.fdopen(opened, "a", encoding="utf-8")

    def write(self, step: Step) -> None:
        from jobs.ports import LedgerUnavailable

        self._file.write(step.to_line() + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        if self._ledger is None:
            return
        try:
            self._ledger.append(step.cluster, [step.draft()])
        except LedgerUnavailable:
            self._ledger, self.late = None, True

    def close(self) -> None:
        """An import that came in between took in what stood there then, and not the rest."""
        self._file.close()
        if not self.late:
            mark_taken(self.path)
            return
        with suppress(OSError):
            _mark(self.path).unlink(missing_ok=True)


def mark_taken(path: Path) -> None:
    """Note beside a journal that the trail has all of it; where that cannot be written, it is only asked
    for once more than needed."""
    with suppress(OSError):
        _mark(path).touch(mode=0o640)


def _mark(path: Path) -> Path:
    return path.with_name(path.name + TAKEN)


def waiting(folder: Path) -> tuple[Path, ...]:
    """The journals in a folder that the trail lacks, oldest first; none where the folder cannot be read.
    An empty one is of a run that did nothing yet."""
    try:
        found = [path for path in sorted(folder.glob("*.jsonl")) if path.stat().st_size]
    except OSError:
        return ()
    return tuple(path for path in found if not _mark(path).exists())


def read(path: Path) -> Iterator[Step]:
    """The steps of a file. Fault where a line is none; a torn last line is what a killed run leaves,
    and is left out."""
    lines = _text(path).splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            yield from_line(line)
        except ValueError as error:
            if number == len(lines) and not line.endswith("\n"):
                return
            reason = f"{path}, line {number}: {error}"
            raise Fault(reason, "name a file that `repoint --now` wrote") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise Fault(f"{path}: {why}", "name a file that `repoint --now` wrote") from None
