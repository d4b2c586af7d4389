"""Journals that wait on this machine: what was done by hand while Redis was down, and no trail knows yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.doctor.finding import Finding, plural, warning
from deploy.doctor.report import Report, report

SHOWN = 3
"""Files that are named; of more, how many there are."""


def judge_journals(found: Sequence[str]) -> Report:
    """`found`: the files that the trail lacks."""
    fine = () if found else ("none waits on this machine",)
    return report("journals", fine, [*_waiting(found)])


def _waiting(found: Sequence[str]) -> Iterator[Finding]:
    if found:
        more = len(found) - SHOWN
        files = ", ".join(found[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield warning(
            "journal-waits",
            f"{files} {plural(found, 'waits', 'wait')} to be taken in",
            "What a `repoint --now` did while Redis was down stands in no trail, page or post-mortem.",
            "pgbaton audit import",
        )
