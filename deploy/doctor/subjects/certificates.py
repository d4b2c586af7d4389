"""Certificates: how long what the servers really show is good for, not what lies in some folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, warning
from deploy.doctor.report import Report, not_seen, report

DAY = 86_400.0
SOON, NOW = 30.0, 7.0
"""Days left; of one that is good for less than three (ten) times as long, a third (a tenth) of its life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one place shows, or one file holds. Seconds since 1970. `refused`: why a client that trusts the
    inventory's CA turns it away; empty where it does not."""

    place: str
    begins: float
    ends: float
    refused: str = ""

    def left(self, now: float) -> float:
        """Days."""
        return (self.ends - now) / DAY

    @property
    def life(self) -> float:
        return (self.ends - self.begins) / DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A place that showed nothing."""

    place: str
    unseen: Unseen


def judge_certificates(seen: Sequence[Shown | Hidden], *, now: float) -> Report:
    """Of servers and of the keyring alike; those that are about to end first."""
    shown = sorted((s for s in seen if isinstance(s, Shown)), key=lambda s: s.ends)
    hidden = [
        not_seen(f"the certificate of {s.place}", s.unseen) for s in seen if isinstance(s, Hidden)
    ]
    findings = [f for s in shown for f in _judge(s, now)]
    return report("certificates", _fine(shown, now), [*findings, *hidden])


def _fine(shown: Sequence[Shown], now: float) -> Iterator[str]:
    if not shown:
        yield "no TLS in the inventory"
        return
    first = shown[0]
    yield f"{len(shown)} looked at; {first.place} ends first, in {first.left(now):.0f} days"
    yield from (f"{one.place}: {one.left(now):.0f} days" for one in shown)


def _judge(one: Shown, now: float) -> Iterator[Finding]:
    left = one.left(now)
    if left <= 0:
        what = f"the certificate of {one.place} ended {-left:.0f} days ago"
        yield error(
            "certificate-ended", what, "Whoever checks it turns away: as good as down.", _RENEW
        )
    elif one.refused:
        what = f"the certificate of {one.place} is refused: {one.refused}"
        why = "pgbaton and everybody else who checks it turns away: as good as down."
        yield error(
            "certificate-refused",
            what,
            why,
            "make it anew for the address that the inventory has: pgbaton keys; or mend ca in the inventory",
        )
    elif left < min(SOON, one.life / 3):
        finding = error if left < min(NOW, one.life / 10) else warning
        what = f"the certificate of {one.place} ends in {left:.0f} days"
        yield finding("certificate-ends", what, "Then whoever checks it turns away.", _RENEW)


_RENEW = "pgbaton keys renew, then pgbaton push"
