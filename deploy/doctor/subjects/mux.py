"""The mux on each member, asked as a balancer asks it: the leader says yes, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.doctor.finding import Finding, error, warning
from deploy.doctor.report import Report, report
from jobs.balancer.found import Knock

YES, NO = 200, 503


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxSeen:
    """`knocks`: what GET /primary answers on each member's traffic port; `leader`: the proven one."""

    cluster: str
    port: int
    knocks: Mapping[str, Knock]
    leader: str | None


def judge_mux(seen: MuxSeen) -> Report:
    """Every member's port."""
    findings = [f for name, knock in seen.knocks.items() for f in _knock(seen, name, knock)]
    well = f"port {seen.port} says yes on {seen.leader} alone, asked on {len(seen.knocks)} members"
    return report(f"mux {seen.cluster}", [] if findings or not seen.leader else [well], findings)


def _knock(seen: MuxSeen, name: str, knock: Knock) -> Iterator[Finding]:
    leads = name == seen.leader
    if knock.kind != "http":
        finding = error if leads else warning
        what = f"port {seen.port} on {name}: {knock.reason or knock.kind}"
        why = (
            "Nobody gets in through it now."
            if leads
            else "Were it to lead, nobody would get in through it."
        )
        yield finding(
            "mux-down", what, why, f"systemctl status haproxy on {name}, and the firewall before it"
        )
    elif leads and knock.status != YES:
        what = f"{name} leads, and its port answers {knock.status}, must be {YES}"
        yield error(
            "mux-denies",
            what,
            "Balancers take it for no leader: nobody gets in.",
            f"see docs/mux.md, and Patroni's REST API on {name}",
        )
    elif not leads and seen.leader is not None and knock.status == YES:
        what = f"{name} does not lead, and its port answers {YES}, must be {NO}"
        yield error(
            "mux-lies",
            what,
            "Balancers send clients to it: their writes fail, or worse.",
            "see who answers there; docs/mux.md",
        )
