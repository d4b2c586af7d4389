"""One look at a cluster as the jobs look, but without needing Redis."""

from __future__ import annotations

from deploy.cli.desk import Desk, policy_of
from jobs.claims import Claims
from jobs.judge import judge
from jobs.look import known_for
from jobs.ports import LedgerUnavailable
from jobs.verdict import NotYet, Verdict

WITHIN = 3.0
"""Seconds for all witnesses together."""


def look(desk: Desk, cluster: str, *, everyone: bool = True) -> tuple[Claims, Verdict]:
    """Gather and judge. How long the epoch has been known decides between "still promoting" and
    "contradicted" alone, so only then is Redis asked; unreachable, the milder answer stands."""
    claims = desk.witness.gather(cluster, timeout=WITHIN, everyone=everyone)
    verdict = judge(claims, policy=policy_of(desk, cluster))
    if not isinstance(verdict, NotYet) or claims.after is None:
        return claims, verdict
    try:
        seconds = known_for(desk.ledger.state(cluster), claims)
    except LedgerUnavailable:
        return claims, verdict
    return claims, judge(claims, policy=policy_of(desk, cluster), known_for=seconds)
