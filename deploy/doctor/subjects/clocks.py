"""Clocks: signatures, certificates and leases are judged by them, and an incident's times are told by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, warning
from deploy.doctor.report import Report, not_seen_all, report

NTP = "timedatectl set-ntp true there, and see chronyc tracking (or timedatectl timesync-status)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How many seconds a place is ahead of us. `exact`: to how many seconds it could be told."""

    place: str
    seconds: float
    exact: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockless:
    """A place whose clock was not told."""

    place: str
    unseen: Unseen


SLACK = 1.0
"""Seconds that nobody minds: the hook signs again by the webhook's Date where it must."""


def judge_clocks(seen: Sequence[Skew | Clockless], *, tolerance: float) -> Report:
    """All against ours; whoever stands alone is wrong, and where everybody does, we are."""
    skews = [s for s in seen if isinstance(s, Skew)]
    hidden = not_seen_all("clock of", {s.place: s.unseen for s in seen if isinstance(s, Clockless)})
    wrong = [s for s in skews if abs(s.seconds) > SLACK + s.exact]
    findings = (
        [_ours(wrong)]
        if len(wrong) > 1 and len(wrong) == len(skews)
        else list(_each(wrong, tolerance))
    )
    return report("clocks", _fine(skews), [*findings, *hidden])


def _fine(skews: Sequence[Skew]) -> Iterator[str]:
    if skews:
        worst = max(skews, key=lambda s: max(abs(s.seconds) - s.exact, 0.0))
        most = max(abs(worst.seconds) - worst.exact, 0.0)
        yield f"{len(skews)} compared with ours, {most:.1f} s apart at most"
    yield from (f"{s.place} {s.seconds:+.1f} s" for s in skews)


def _ours(wrong: Sequence[Skew]) -> Finding:
    middle = sorted(s.seconds for s in wrong)[len(wrong) // 2]
    what = f"every other clock is {abs(middle):.0f} s {'ahead of' if middle > 0 else 'behind'} this one"
    why = "What is signed here is refused, and what is told from here has wrong times."
    return warning("clock-here", what, why, "timedatectl set-ntp true on this machine")


def _each(wrong: Sequence[Skew], tolerance: float) -> Iterator[Finding]:
    for one in wrong:
        what = f"{one.place} is {abs(one.seconds):.0f} s {'ahead of' if one.seconds > 0 else 'behind'} us"
        finding = error if abs(one.seconds) > tolerance / 2 else warning
        why = f"Beyond {tolerance:.0f} s its events are refused; before that its log tells another story."
        yield finding("clock", what, why, NTP)
