"""Alerts without a trail: what a test of the backlog needs, in one line each."""

from __future__ import annotations

from jobs.alert import Alert, Severity, Status


def alert(
    seq: int,
    status: Status = Status.TRIGGERED,
    key: str = "shop-1",
    severity: Severity = "warning",
    at: float = 0.0,
) -> Alert:
    return Alert(
        id=f"alert-{seq}",
        status=status,
        key=key,
        severity=severity,
        summary=f"entry {seq}",
        at=at,
        cluster="shop",
        incident=key,
        seq=seq,
    )
