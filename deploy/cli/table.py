"""The doctor's table: the worst first, and readable by somebody who was asleep a minute ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deploy.cli.voice import Voice
from deploy.doctor.finding import Finding, Severity
from deploy.doctor.report import COLOURS, NOT_SEEN, Colour, Report, worst

if TYPE_CHECKING:
    from jobs.sentences import Tone

TONES: Mapping[Colour, Tone] = {Colour.GREEN: "good", Colour.AMBER: "wary", Colour.RED: "bad"}


def say_table(speak: Voice, reports: Sequence[Report], *, took: float, everything: bool) -> None:
    """Red subjects, then amber ones, each with its findings and their mends; then one line for each that
    is green. With `everything` also what is good of the others, and notes."""
    rank = [Colour.RED, Colour.AMBER, Colour.GREEN]
    for one in sorted(reports, key=lambda r: rank.index(r.colour)):
        if one.colour is Colour.GREEN and not everything:
            continue
        _say(speak, one, everything=everything)
    green = [r for r in reports if r.colour is Colour.GREEN]
    if green and not everything:
        rows = [
            ("good", ("green", r.subject, next(iter(r.fine), "nothing is wrong"))) for r in green
        ]
        speak.toned(rows)  # type: ignore[arg-type]
    speak.line()
    speak.line(_sum(reports, took), TONES[worst(r.colour for r in reports)])


def _say(speak: Voice, one: Report, *, everything: bool) -> None:
    tone = TONES[one.colour]
    speak.line(f"{one.colour!s:<6} {one.subject}", tone)
    if everything:
        speak.rows([(line,) for line in one.fine], indent=7)
    for finding in one.findings:
        if everything or finding.severity is not Severity.NOTE:
            _finding(speak, finding)
    speak.line()


def _finding(speak: Voice, finding: Finding) -> None:
    colour = COLOURS[finding.severity]
    word = "note" if finding.severity is Severity.NOTE else str(colour)
    speak.toned(
        [("quiet" if word == "note" else TONES[colour], (f"{word:<5}", finding.what))], indent=2
    )
    if finding.name != NOT_SEEN:
        speak.rows([("     ", finding.why)], indent=2)
    if finding.remedy:
        speak.rows([("    →", finding.remedy)], indent=2)


def _sum(reports: Sequence[Report], took: float) -> str:
    counts = Counter(r.colour for r in reports)
    told = ", ".join(
        f"{counts[c]} {c}" for c in (Colour.RED, Colour.AMBER, Colour.GREEN) if counts[c]
    )
    return f"{len(reports)} subjects in {took:.1f} s: {told}"


def to_document(reports: Sequence[Report], *, took: float) -> dict[str, Any]:
    """The same for scripts, in the order in which one depends on the other."""
    return {
        "colour": str(worst(r.colour for r in reports)),
        "seconds": round(took, 2),
        "subjects": [r.to_json() for r in reports],
    }
