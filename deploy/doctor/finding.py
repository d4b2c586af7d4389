"""One thing that the doctor says; without its shape, a finding could lack why it hurts, or what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps applications from the leader, or will; a warning makes it slow or shaky; a note
    is good to know, and nothing is wrong."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`name` is a word for scripts and stays. `what` is one line, found against desired; `why` says
    what it does to whoever is woken by it; `remedy` what to do."""

    severity: Severity
    name: str
    what: str
    why: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        return {
            "severity": str(self.severity),
            "name": self.name,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
        }


def error(name: str, what: str, why: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, name=name, what=what, why=why, remedy=remedy)


def warning(name: str, what: str, why: str, remedy: str) -> Finding:
    return Finding(severity=Severity.WARNING, name=name, what=what, why=why, remedy=remedy)


def note(name: str, what: str, why: str, remedy: str = "") -> Finding:
    return Finding(severity=Severity.NOTE, name=name, what=what, why=why, remedy=remedy)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity; within one, as they came: causes stand before what follows from them."""
    rank = list(Severity)
    return tuple(sorted(findings, key=lambda f: rank.index(f.severity)))


def listed(names: Sequence[str]) -> str:
    """pg1, pg2 and pg3."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def one_of(names: Sequence[str]) -> str:
    """Whichever of them it is."""
    return names[0] if len(names) == 1 else "one of them"


def plural(names: Sequence[object], one: str, many: str) -> str:
    """The verb that fits so many."""
    return one if len(names) == 1 else many
