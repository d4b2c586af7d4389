"""What the doctor says of one subject, and how bad it is: without it every subject had a shape of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, Severity, listed, warning, worst_first


class Colour(StrEnum):
    """Green: nothing to do. Amber: slow, shaky, or not seen. Red: the next disaster goes wrong."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


COLOURS: Mapping[Severity, Colour] = {
    Severity.ERROR: Colour.RED,
    Severity.WARNING: Colour.AMBER,
    Severity.NOTE: Colour.GREEN,
}


NOT_SEEN = "not-seen"
"""The name of every finding that says: nobody could look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One subject. `fine` is what is good, the most telling first; `findings` what is not, and notes."""

    subject: str
    fine: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def colour(self) -> Colour:
        return worst(COLOURS[f.severity] for f in self.findings)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Report:
        """What `to_json` wrote; KeyError, TypeError or ValueError for anything else."""
        findings = (
            Finding(
                severity=Severity(f["severity"]),
                name=str(f["name"]),
                what=str(f["what"]),
                why=str(f["why"]),
                remedy=str(f["remedy"]),
            )
            for f in said["findings"]
        )
        fine = tuple(map(str, said["fine"]))
        return cls(subject=str(said["subject"]), fine=fine, findings=tuple(findings))

    def to_json(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "colour": str(self.colour),
            "fine": list(self.fine),
            "findings": [{"colour": COLOURS[f.severity], **f.to_json()} for f in self.findings],
        }


def report(subject: str, fine: Iterable[str], findings: Iterable[Finding]) -> Report:
    """A report with its worst findings first."""
    return Report(subject=subject, fine=tuple(filter(None, fine)), findings=worst_first(findings))


def worst(colours: Iterable[Colour]) -> Colour:
    """The worst of them; green where there is none."""
    rank = list(Colour)
    return max(colours, key=rank.index, default=Colour.GREEN)


def not_seen(what: str, unseen: Unseen) -> Finding:
    """Amber, never green: nobody knows, and somebody should be able to."""
    why = "What is not seen may be broken; nothing is assumed of it."
    return warning(NOT_SEEN, f"{what} not seen: {unseen.reason}", why, unseen.remedy)


def not_seen_all(what: str, hidden: Mapping[str, Unseen]) -> Iterator[Finding]:
    """The same of many, those with the same reason named together; `what` goes before the names."""
    for unseen in dict.fromkeys(hidden.values()):
        names = [name for name, one in hidden.items() if one == unseen]
        yield not_seen(f"{what} {listed(names)}", unseen)
