"""Patroni: whether anybody would take over tonight, how long that takes, and what would be lost by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, note, plural, warning
from deploy.doctor.report import Report, not_seen, report
from jobs.inventory import Cluster

TIMES: Mapping[str, int] = {"ttl": 30, "loop_wait": 10, "retry_timeout": 10}
"""Patroni's own, in seconds, where the dynamic configuration names none."""
WELL = frozenset({"running", "streaming", "in archive recovery"})
LAG = 1 << 20
"""Bytes: Patroni's own maximum_lag_on_failover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen:
    """One member, by its own Patroni and by what the cluster lists of it. `lag`: bytes behind the leader,
    None where it is not known or it leads."""

    name: str
    role: str
    state: str
    version: str = "?"
    lag: int | None = None
    pending_restart: bool = False
    watchdog_failed: bool = False
    failsafe_active: bool = False
    tags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def leads(self) -> bool:
        return self.role in {"leader", "master", "primary", "standby_leader"}

    @property
    def synchronous(self) -> bool:
        return self.role in {"sync_standby", "quorum_standby"}

    @property
    def may_lead(self) -> bool:
        return self.tags.get("nofailover") is not True and self.tags.get("failover_priority") != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PatroniSeen:
    """One cluster. `config` is the dynamic configuration in effect; `members` are those in etcd, Unseen
    where their REST API gives no answer. `heard`: the members whose hook was ever heard, by the trail;
    Unseen where there is none to read."""

    name: str
    cluster: Cluster
    config: Mapping[str, Any] | Unseen
    members: Mapping[str, MemberSeen | Unseen]
    paused: bool = False
    heard: frozenset[str] | Unseen = frozenset()

    @property
    def up(self) -> tuple[MemberSeen, ...]:
        return tuple(m for m in self.members.values() if isinstance(m, MemberSeen))

    @property
    def standbys(self) -> tuple[MemberSeen, ...]:
        return tuple(m for m in self.up if not m.leads)

    def setting(self, name: str) -> Any:
        return None if isinstance(self.config, Unseen) else self.config.get(name)

    @property
    def edit(self) -> str:
        return f"patronictl edit-config {self.cluster.scope}"


def judge_patroni(seen: PatroniSeen) -> Report:
    """Everything that can be said of one cluster's Patroni."""
    findings = [
        *_members(seen),
        *_heirs(seen),
        *_settings(seen),
        *_timing(seen),
        *_synchronous(seen),
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
    if seen.up and not any(m.leads for m in seen.up):
        yield error(
            "leaderless",
            "nobody leads",
            "Nobody can write.",
            f"pgbaton verify {seen.name} says why",
        )


def _heirs(seen: PatroniSeen) -> Iterator[Finding]:
    if not seen.up:
        return
    if not seen.standbys:
        why = "When the leader is lost, nobody takes over."
        yield error(
            "no-standby", "the leader has no standby", why, "bring the other members up, or add one"
        )
    elif not any(m.may_lead for m in seen.standbys):
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
        finding = error if len(late) == len(seen.standbys) else warning
        what = f"{listed(late)} {plural(late, 'is', 'are')} more than {limit >> 20} MB behind"
        why = "Patroni elects nobody who is that far behind (maximum_lag_on_failover)."
        yield finding(
            "patroni-lag", what, why, "see the network and the disks of the two; the slots below"
        )


def _settings(seen: PatroniSeen) -> Iterator[Finding]:
    if isinstance(seen.config, Unseen):
        yield not_seen("the dynamic configuration", seen.config)
        return
    for name, own in TIMES.items():
        has, must = seen.config.get(name, own), getattr(seen.cluster, name)
        if has != must:
            why = "What pgbaton says and rehearses of times is not what happens."
            yield warning(
                "patroni-settings",
                f"{name} is {has}, {must} in the inventory",
                why,
                f"{seen.edit} --set {name}={must}",
            )
    has = seen.config.get("failsafe_mode") is True
    if has is not seen.cluster.failsafe:
        what = f"failsafe_mode is {_on(has)}, {_on(seen.cluster.failsafe)} in the inventory"
        why = (
            "In an outage of etcd the leader goes on; nothing tells of it but this."
            if has
            else "An outage of etcd demotes the leader: nobody can write until etcd is back."
        )
        yield warning(
            "patroni-failsafe",
            what,
            why,
            f"{seen.edit} --set failsafe_mode={_on(seen.cluster.failsafe, 'true', 'false')}",
        )


def _on(value: object, on: str = "on", off: str = "off") -> str:
    return on if value else off


def _timing(seen: PatroniSeen) -> Iterator[Finding]:
    """Patroni itself shortens what breaks the rule, in silence: what is configured is not what counts."""
    if isinstance(seen.config, Unseen):
        return
    ttl, loop, retry = (int(seen.config.get(name, own)) for name, own in TIMES.items())
    if loop + 2 * retry > ttl:
        what = f"loop_wait {loop} + 2 x retry_timeout {retry} is more than ttl {ttl}"
        why = "A leader that waits for etcd loses its key meanwhile: it is demoted in good health."
        yield error("patroni-timing", what, why, f"{seen.edit} --set ttl={loop + 2 * retry}")


def _synchronous(seen: PatroniSeen) -> Iterator[Finding]:
    if isinstance(seen.config, Unseen):
        return
    on = seen.config.get("synchronous_mode") not in {None, False, "off"}
    if not on and seen.cluster.synchronous:
        why = "A lost leader takes acknowledged orders with it."
        yield error(
            "asynchronous",
            "synchronous_mode is off, must be on",
            why,
            f"{seen.edit} --set synchronous_mode=true",
        )
    elif not on:
        why = "A lost leader may take the last acknowledged orders with it; the inventory accepts that."
        yield note(
            "asynchronous",
            "replication is asynchronous",
            why,
            f"synchronous = true in [clusters.{seen.name}]",
        )
    elif seen.standbys and not any(m.synchronous for m in seen.up):
        strict = seen.config.get("synchronous_mode_strict") is True
        why = (
            "Nobody can write (synchronous_mode_strict)."
            if strict
            else "Orders are acknowledged by the leader alone, and lost with it; nobody may take over without a loss."
        )
        yield error(
            "no-sync-standby",
            "synchronous_mode is on, and no standby is synchronous",
            why,
            "see why no standby streams: patronictl list",
        )


def _each(seen: PatroniSeen) -> Iterator[Finding]:
    versions = sorted({m.version for m in seen.up})
    if len(versions) > 1:
        why = (
            "Meant for the time of an update only; roles and keys are named differently before 4.0."
        )
        yield warning(
            "patroni-mixed", f"members run Patroni {', '.join(versions)}", why, "finish the update"
        )
    pending = [m.name for m in seen.up if m.pending_restart]
    if pending:
        what = f"{listed(pending)} {plural(pending, 'waits', 'wait')} for a restart"
        why = "Some setting is not in effect; after a failover it suddenly is."
        yield warning(
            "pending-restart",
            what,
            why,
            f"patronictl restart {seen.cluster.scope} --pending, replicas first",
        )
    if unwatched := [m.name for m in seen.up if m.watchdog_failed]:
        why = "A frozen Patroni leaves its PostgreSQL writable: two take writes after the failover."
        yield warning(
            "watchdog",
            f"the watchdog of {listed(unwatched)} cannot be used",
            why,
            "modprobe softdog, and give /dev/watchdog to postgres",
        )
    elif seen.cluster.watchdog == "off":
        why = "A frozen Patroni leaves its PostgreSQL writable until somebody ends it."
        yield note(
            "watchdog",
            "no watchdog guards the leader",
            why,
            f'watchdog = "automatic" in [clusters.{seen.name}]',
        )
    if active := [m.name for m in seen.up if m.failsafe_active]:
        why = "etcd cannot be had from there: the leader goes on by its members' word alone."
        yield error(
            "failsafe-active", f"failsafe mode is active on {listed(active)}", why, "see etcd"
        )


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
