"""What a report says, as a test compares it: colour, names, and the words of one finding."""

from __future__ import annotations

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import COLOURS, Report

DARK = Unseen(reason="nobody answers", remedy="open the way")


def told(seen: Report) -> dict[str, str]:
    """Each finding's colour by its name; notes are green."""
    return {f.name: str(COLOURS[f.severity]) for f in seen.findings}


def words(seen: Report, name: str) -> str:
    """What the finding of this name says, with its mend."""
    found = next(f for f in seen.findings if f.name == name)
    assert found.why, "every finding says why it hurts"
    return f"{found.what} → {found.remedy}"
