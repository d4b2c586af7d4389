"""Where a login through a NodeBalancer's address landed: the only proof that applications arrive."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.claims import NotProbed, SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from jobs.fence import Fence


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """It landed on the leader of this fence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Astray:
    """It landed elsewhere, or nowhere; `reason` continues a sentence about the login."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untried:
    """No login can tell: nobody may log in. What the API says must do."""

    reason: str


Landing = Landed | Astray | Untried


def landing(claim: SqlClaim, fence: Fence) -> Landing:
    """Judge one login. Of all members only the leader of a fence takes writes on its PostgreSQL
    timeline: whoever is promoted begins another, and whoever is not is in recovery."""
    match claim:
        case SqlAnswer():
            return _answered(claim, fence)
        case SqlStarting():
            return Astray(reason=f"lands on a member that does not serve yet: {claim.reason}")
        case SqlRefused() | NotProbed():
            return Untried(reason=f"no login was tried: {claim.reason}")
        case Unknown():
            return Astray(reason=f"lands nowhere: {claim.reason}")


def _answered(answer: SqlAnswer, fence: Fence) -> Landing:
    if not answer.writable:
        return Astray(reason="lands on a member that takes no writes")
    if answer.system_identifier not in {None, fence.system}:
        return Astray(reason=f"lands on another cluster (system {answer.system_identifier})")
    if answer.pg_timeline != fence.pg_timeline:
        return Astray(reason=f"lands on PostgreSQL timeline {answer.pg_timeline}, not the leader's")
    return Landed()
