"""The folder of keys: what `pgbaton keys show` finds wrong in it, in the doctor's colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deploy.doctor.finding import Finding, Severity
from deploy.doctor.report import Report, report
from deploy.keyring.row import Expiry, State

SEVERITIES: Mapping[State, Severity] = {"expired": Severity.ERROR}
"""What has ended is red; everything else still works today."""
WHY: Mapping[State, str] = {
    "soon": "Then whoever checks it turns away.",
    "expired": "Whoever checks it turns away: as good as down.",
    "early": "Whoever checks it turns away until then.",
    "missing": "Nothing can be rendered or pushed without it.",
    "foreign": "Those who trust this site's authority turn away from it.",
    "names": "Whoever reaches its machine by another name turns away.",
    "unpaired": "Its two halves do not belong together: nothing starts with it.",
    "unreadable": "Nothing can be rendered or pushed without it.",
    "unannounced": "The webhook and the hosts do not know it: what it signs is refused.",
}


def judge_keys(rows: Sequence[Expiry]) -> Report:
    """One finding for each that is not as it should be."""
    return report("keys", _fine(rows), (_finding(row) for row in rows if row.wrong))


def _fine(rows: Sequence[Expiry]) -> Iterator[str]:
    well = [row for row in rows if not row.wrong]
    first = min((r for r in well if r.days is not None), key=lambda r: r.days or 0, default=None)
    ends = "" if first is None else f"; {first.what} {first.whose} ends in {first.days} days"
    yield f"{len(well)} of {len(rows)} as they should be{ends}"


def _finding(row: Expiry) -> Finding:
    days = "" if row.days is None else f", {row.days} days left"
    note = f" ({row.note})" if row.note else ""
    return Finding(
        severity=SEVERITIES.get(row.state, Severity.WARNING),
        name=f"key-{row.state}",
        what=f"{row.what} {row.whose} is {row.state}{days}{note}",
        why=WHY.get(row.state, ""),
        remedy=row.remedy,
    )
