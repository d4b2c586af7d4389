"""The drill's result as JSON: one shape for every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deploy.lab.drill.history import History, Injected
from deploy.lab.drill.invariants import Checked, restarts
from deploy.lab.drill.times import Redirect, Times, host_instants, outcomes, redirects, times
from jobs.audit import Verified, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLine:
    """One managed host: `seconds` since the fault until it was checked, or None."""

    host: str
    outcome: str
    seconds: float | None
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the drill says at its end."""

    scenario: str
    patroni_version: str
    invariants: Sequence[Checked]
    times: Times
    acknowledged: int
    lost: int
    failed: int
    hosts: Sequence[HostLine]
    redirects: Sequence[Redirect]
    audit: Verified
    faults: Sequence[Injected] = ()

    @property
    def passed(self) -> bool:
        return all(one.held for one in self.invariants)


def make_report(
    history: History, *, scenario: str, patroni_version: str, invariants: Sequence[Checked]
) -> Report:
    acknowledged = history.acknowledged
    return Report(
        scenario=scenario,
        patroni_version=patroni_version,
        invariants=invariants,
        times=times(history),
        acknowledged=len(acknowledged),
        lost=sum(order.id not in history.stored for order in acknowledged),
        failed=len(history.managed) - len(acknowledged),
        hosts=_hosts(history),
        redirects=redirects(history),
        audit=verify(history.entries),
        faults=history.injected,
    )


def _hosts(history: History) -> list[HostLine]:
    instants, told = host_instants(history), outcomes(history)
    return [
        HostLine(
            host=host.name,
            outcome=told.get(host.name, "untouched"),
            seconds=round(instants[host.name] - history.fault, 3)
            if host.name in instants
            else None,
            restarts=restarts(host),
        )
        for host in history.hosts
    ]


def to_json(report: Report) -> dict[str, Any]:
    """The shape that `--report` writes."""
    return {
        "scenario": report.scenario,
        "patroni_version": report.patroni_version,
        "verdict": "pass" if report.passed else "fail",
        "invariants": [asdict(one) for one in report.invariants],
        "times": asdict(report.times),
        "orders": {
            "acknowledged": report.acknowledged,
            "lost": report.lost,
            "failed": report.failed,
        },
        "hosts": [asdict(line) for line in report.hosts],
        "redirects": [asdict(one) for one in report.redirects],
        "faults": [asdict(one) for one in report.faults],
        "audit": {
            "entries": report.audit.entries,
            "head": report.audit.head,
            "verified": report.audit.bad is None,
        },
    }
