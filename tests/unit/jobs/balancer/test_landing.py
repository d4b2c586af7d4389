"""Where a login landed is judged by what only the leader of a fence can say."""

from __future__ import annotations

import pytest

from jobs.balancer.landing import Astray, Landed, Landing, Untried, landing
from jobs.claims import NotProbed, SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from jobs.fence import Fence

FENCE = Fence(system="7", pg_timeline=3, epoch=40)


def _answer(*, recovery: bool = False, read_only: bool = False, system: str | None = "7",
            pg_timeline: int | None = 3) -> SqlAnswer:  # fmt: skip
    return SqlAnswer(
        in_recovery=recovery, read_only=read_only, system_identifier=system, pg_timeline=pg_timeline
    )


@pytest.mark.parametrize(
    ("claim", "kind", "said"),
    [
        (_answer(), Landed, ""),
        (_answer(system=None), Landed, ""),
        (_answer(pg_timeline=2), Astray, "lands on PostgreSQL timeline 2, not the leader's"),
        (_answer(pg_timeline=None), Astray, "PostgreSQL timeline None"),
        (_answer(system="8"), Astray, "lands on another cluster (system 8)"),
        (_answer(recovery=True, pg_timeline=None), Astray, "takes no writes"),
        (_answer(read_only=True), Astray, "takes no writes"),
        (SqlStarting(reason="starting up"), Astray, "does not serve yet: starting up"),
        (Unknown(reason="connection refused"), Astray, "lands nowhere: connection refused"),
        (SqlRefused(sqlstate="28P01", reason="no"), Untried, "no login was tried: no"),
        (NotProbed(), Untried, "no login was tried: no monitoring role is configured"),
    ],
)
def test_a_login_lands_or_not(claim: SqlClaim, kind: type[Landing], said: str) -> None:
    """Writable, of this system, on the leader's own PostgreSQL timeline: nobody else is all of that."""
    judged = landing(claim, FENCE)
    assert type(judged) is kind
    assert said in getattr(judged, "reason", "")
