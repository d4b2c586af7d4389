"""Journals that wait on this machine: what was done by hand while Redis was down, and no trail knows yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.doctor.finding import Finding, plural, warning
from deploy.doctor.report import Report, report


def judge_journals(found: Sequence[str]) -> Report:
    """`found`: the files that the trail lacks."""
    fine = () if found else ("none waits on this machine",)
    return report("journals", fine, [*_waiting(found)])


def _waiting(found: Sequence[str]) -> Iterator[Finding]:
    if found:
        files = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")  # noqa: PLR2004 - as many as a line holds
        yield warning(
            "journal-waits",
            f"{files} {plural(found, 'waits', 'wait')} to be taken in",
            "What a `repoint --now` did while Redis was down stands in no trail, page or post-mortem.",
            "pgbaton audit import",
        )
