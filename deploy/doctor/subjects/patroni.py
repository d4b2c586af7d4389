"""Patroni: whether anybody would take over tonight, how long that takes, and what would be lost by it."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, note, plural, warning
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.subjects.patroni_seen import LAG, TIMES, WELL, PatroniSeen
from deploy.doctor.subjects.patroni_settings import settings


def judge_patroni(seen: PatroniSeen) -> Report:
    """Everything that can be said of one cluster's Patroni."""
    findings = [
        *_members(seen),
        *_heirs(seen),
        *settings(seen),
        *_each(seen),
        *_hooks(seen),
    ]
    return report(f"patroni {seen.name}", _fine(seen), findings)


def _fine(seen: PatroniSeen) -> Iterator[str]:
    leader = next((m.name for m in seen.up if m.leads), None)
    if leader is None:
        return
    named = [m.name for m in seen.standbys if m.synchronous]
    sync = f", {listed(named)} synchronous" if named else ""
    versions = ", ".join(sorted({m.version for m in seen.up}))
    count = len(seen.standbys)
    yield f"{leader} leads {count} standby{'' if count == 1 else 's'}{sync}; Patroni {versions}"
    if not isinstance(seen.config, Unseen):
        yield ", ".join(f"{name} {seen.config.get(name, own)}" for name, own in TIMES.items())
    if not isinstance(seen.heard, Unseen):
        yield f"hooks heard: {', '.join(sorted(seen.heard)) or 'none'}"


def _members(seen: PatroniSeen) -> Iterator[Finding]:
    missing = [name for name in seen.cluster.machines if name not in seen.members]
    if missing:
        what = f"{listed(missing)} {plural(missing, 'is', 'are')} in the inventory and not in etcd"
        why = "Its Patroni is down, or cannot reach etcd: it takes no part, and may not know who leads."
        yield error("patroni-missing", what, why, "systemctl status patroni there, and its log")
    for name, member in seen.members.items():
        if isinstance(member, Unseen):
            why = (
                "Without its word nobody is confirmed, were it the leader: no host would be moved."
            )
            yield error(
                "patroni-rest",
                f"Patroni on {name} gives no answer: {member.reason}",
                why,
                member.remedy,
            )
        elif member.state not in WELL:
            why = "It could not take over as it is."
            yield error(
                "patroni-state",
                f"{name} is {member.state}, must be running",
                why,
                f"see the logs of Patroni and PostgreSQL on {name}",
            )
    if seen.up and seen.whole and not any(m.leads for m in seen.up):
        yield error(
            "leaderless",
            "nobody leads",
            "Nobody can write.",
            f"pgbaton verify {seen.name} says why",
        )


def _heirs(seen: PatroniSeen) -> Iterator[Finding]:
    if not seen.up:
        return
    if seen.whole and not seen.standbys:
        why = "When the leader is lost, nobody takes over."
        yield error(
            "no-standby", "the leader has no standby", why, "bring the other members up, or add one"
        )
    elif seen.whole and not any(m.may_lead for m in seen.standbys):
        why = "When the leader is lost, nobody may take over."
        yield error(
            "no-heir",
            "every standby is tagged nofailover",
            why,
            "take the tag out of one member's patroni.yml; patronictl reload",
        )
    if seen.paused:
        why = "While it is paused Patroni elects nobody: a lost leader stays lost."
        yield warning("paused", "Patroni is paused", why, f"patronictl resume {seen.cluster.scope}")
    limit = int(seen.setting("maximum_lag_on_failover") or LAG)
    late = [m.name for m in seen.standbys if m.lag is not None and m.lag > limit]
    if late:
        finding = error if seen.whole and len(late) == len(seen.standbys) else warning
        what = f"{listed(late)} {plural(late, 'is', 'are')} more than {limit >> 20} MB behind"
        why = "Patroni elects nobody who is that far behind (maximum_lag_on_failover)."
        yield finding(
            "patroni-lag", what, why, "see the network and the disks of the two; the slots below"
        )


def _each(seen: PatroniSeen) -> Iterator[Finding]:
    versions = sorted({m.version for m in seen.up})
    if len(versions) > 1:
        what = f"members run Patroni {', '.join(versions)}"
        why = "Meant for the time of an update only; roles are named differently before 4.0."
        yield warning("patroni-mixed", what, why, "finish the update")
    if pending := [m.name for m in seen.up if m.pending_restart]:
        what = f"{listed(pending)} {plural(pending, 'waits', 'wait')} for a restart"
        why = "Some setting is not in effect; after a failover it suddenly is."
        mend = f"patronictl restart {seen.cluster.scope} --pending, replicas first"
        yield warning("pending-restart", what, why, mend)
    if active := [m.name for m in seen.up if m.failsafe_active]:
        what = f"failsafe mode is active on {listed(active)}"
        why = "etcd cannot be had from there: the leader goes on by its members' word alone."
        yield error("failsafe-active", what, why, "see etcd")
    yield from _watchdog(seen)


def _watchdog(seen: PatroniSeen) -> Iterator[Finding]:
    if unwatched := [m.name for m in seen.up if m.watchdog_failed]:
        what = f"the watchdog of {listed(unwatched)} cannot be used"
        why = "A frozen Patroni leaves its PostgreSQL writable: two take writes after the failover."
        yield warning("watchdog", what, why, "modprobe softdog, and give /dev/watchdog to postgres")
    elif seen.cluster.watchdog == "off":
        why = "A frozen Patroni leaves its PostgreSQL writable until somebody ends it."
        mend = f'watchdog = "automatic" in [clusters.{seen.name}]'
        yield note("watchdog", "no watchdog guards the leader", why, mend)


def _hooks(seen: PatroniSeen) -> Iterator[Finding]:
    if isinstance(seen.heard, Unseen):
        yield not_seen("whose hook was heard", seen.heard)
    elif silent := [name for name in seen.members if name not in seen.heard]:
        what = f"the hook of {listed(silent)} was never heard"
        why = "No callback comes from there: a failover is noticed by watch and clock alone, later."
        yield warning(
            "hook-silent",
            what,
            why,
            "pgbaton-hook --check there; patroni.yml must name it in callbacks",
        )
