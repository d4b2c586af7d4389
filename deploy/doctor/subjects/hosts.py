"""Application hosts: whether each could be moved tonight, and whether it points where it should now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, note, plural, warning
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.subjects.laravel import judge_laravel
from deploy.doctor.subjects.machines import MachineSeen
from jobs.blocked import Blocked
from jobs.fence import Fence, Standing
from jobs.inventory import Application, Host
from jobs.plan import HostPlan
from jobs.remote import FileFault, HostFailure, Phase, ReadReply


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSeen:
    """One cluster's applications on a host. `reply` is what the workers' own way of reading gave;
    `fence`, `plan`: of the proven leadership, None where there is none."""

    cluster: str
    told: str
    reply: ReadReply | HostFailure | Unseen
    fence: Fence | None = None
    plan: HostPlan | Blocked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """One host. `wanted`: the SHA-256 of the remote script and list that a hardened one should have."""

    name: str
    host: Host
    targets: Sequence[TargetSeen]
    machine: MachineSeen | Unseen
    applications: Sequence[Application] = ()
    wanted: tuple[str, str] | None = None
    unproven: Mapping[str, str] = field(default_factory=dict)

    @property
    def services(self) -> Mapping[str, None]:
        return dict.fromkeys(s.name for a in self.applications for s in a.services)


def judge_host(seen: HostSeen) -> Report:
    """Everything that can be said of one host."""
    findings = [f for target in seen.targets for f in _target(seen, target)]
    return report(f"host {seen.name}", _fine(seen), [*findings, *_machine(seen)])


def _fine(seen: HostSeen) -> Iterator[str]:
    well = [
        t for t in seen.targets if isinstance(t.reply, ReadReply) and isinstance(t.plan, HostPlan)
    ]
    if well and all(not _changes(t.plan) for t in well):
        led = dict.fromkeys(
            str(a.leader) for t in well if isinstance(t.plan, HostPlan) for a in t.plan.request.apps
        )
        held = all(isinstance(t.reply, ReadReply) and t.reply.fence == t.fence for t in well)
        yield f"points at {listed([*led])}{', fence held' if held else ''}, key pinned, {seen.host.mode}"
    if isinstance(seen.machine, MachineSeen) and seen.machine.services:
        yield f"services: {', '.join(seen.machine.services)}"


def _changes(plan: HostPlan | Blocked | None) -> list[str]:
    """What a repoint would write, as key: old → new."""
    if not isinstance(plan, HostPlan):
        return []
    return [f"{c.key}: {c.old or '(missing)'} → {c.new}" for d in plan.diffs for c in d.changes]


def _target(seen: HostSeen, target: TargetSeen) -> Iterator[Finding]:
    match target.reply:
        case HostFailure() as failure:
            why = "No worker can move it: its application stays with a lost leader."
            yield error(f"host-{failure.kind}", failure.reason, why, failure.remedy)
        case Unseen() as unseen:
            yield not_seen(f"files and fence on {seen.name}", unseen)
        case ReadReply() as reply:
            yield from _files(reply)
            yield from _fence(seen, target, reply)
            yield from _plan(seen, target)


def _files(reply: ReadReply) -> Iterator[Finding]:
    for fault in (f for f in reply.files if isinstance(f, FileFault)):
        why = "What cannot be read or replaced is not moved."
        yield error("host-file", fault.reason, why, fault.remedy)


def _fence(seen: HostSeen, target: TargetSeen, reply: ReadReply) -> Iterator[Finding]:
    if target.fence is None:
        reason = seen.unproven.get(target.cluster, "no leader is proven")
        unseen = Unseen(reason=reason, remedy=f"pgbaton verify {target.cluster}")
        yield not_seen(f"where {target.told} must point", unseen)
        return
    yield from _held(seen, target, target.fence, reply.fence)
    if reply.journal is not None and reply.journal.phase is not Phase.CHECKED:
        what = f"its last swap stopped at {reply.journal.phase}"
        why = "Something of it failed, or is still under way."
        yield warning("host-unfinished", what, why, f"pgbaton incidents; {_again(seen, target)}")


def _held(
    seen: HostSeen, target: TargetSeen, wanted: Fence, held: Fence | None
) -> Iterator[Finding]:
    lift = f"pgbaton reset-fence {target.cluster} --host {seen.name} --why …"
    match wanted.stands_against(held):
        case Standing.LOWER:
            what = f"it holds the fence {held}, and {wanted} is lower"
            why = "It refuses this leader, and every one until an epoch is above what it holds."
            yield error("host-fence", what, why, f"if that is right, on purpose: {lift}")
        case Standing.OTHER_SYSTEM:
            what = f"it holds the fence {held}, of another system than {wanted}"
            why = "It refuses this cluster's leader as another database's."
            yield error("host-fence", what, why, f"if that is right, on purpose: {lift}")
        case Standing.FIRST:
            why = "It was never led to a leader by pgbaton; the clock does it."
            yield note("host-new", "it holds no fence yet", why, _again(seen, target))
        case Standing.HIGHER:
            why = "The clock raises it within seconds: it has not."
            mend = f"see whether clock and workers live; {_again(seen, target)}"
            yield warning("host-behind", "its fence is of an older leadership", why, mend)
        case Standing.SAME:
            return


def _again(seen: HostSeen, target: TargetSeen) -> str:
    return f"pgbaton repoint {target.cluster} --host {seen.name}"


def _plan(seen: HostSeen, target: TargetSeen) -> Iterator[Finding]:
    if isinstance(target.plan, Blocked):
        blocked = target.plan
        why = "It cannot be moved until that is mended."
        yield error("host-blocked", f"{blocked.where}: {blocked.reason}", why, blocked.remedy)
    elif changes := _changes(target.plan):
        why = "The application talks to another server than the leader."
        yield error(
            "host-astray",
            f"{target.told} must change: {', '.join(changes)}",
            why,
            f"pgbaton repoint {target.cluster} --host {seen.name}",
        )


def _machine(seen: HostSeen) -> Iterator[Finding]:
    if isinstance(seen.machine, Unseen):
        yield not_seen(f"services and applications on {seen.name}", seen.machine)
        return
    yield from _services(seen, seen.machine)
    yield from _remote(seen, seen.machine)
    plans = [t.plan for t in seen.targets if isinstance(t.plan, HostPlan)]
    leads = frozenset(a.leader.host for p in plans for a in p.request.apps)
    for laravel in seen.machine.laravels:
        yield from judge_laravel(laravel, seen.applications, leads=leads)


def _services(seen: HostSeen, machine: MachineSeen) -> Iterator[Finding]:
    unasked = [name for name in seen.services if name not in machine.services]
    if unasked:
        yield not_seen(
            f"{listed(unasked)}",
            Unseen(
                reason="their manager gave no answer",
                remedy="see that systemd (or runit) runs there, and that its user may ask it",
            ),
        )
    for one in (s for s in machine.services.values() if s.name in seen.services):
        if not one.there:
            why = "A repoint ends here: what is not there cannot be restarted."
            yield error(
                "service-missing",
                f"there is no service {one.name}",
                why,
                "install it, or mend services in the inventory",
            )
        elif not one.active:
            yield warning(
                "service-down",
                f"service {one.name} is not running",
                "The application is down, or runs by another name.",
                f"start {one.name}, or mend services in the inventory",
            )
        elif not one.enabled:
            yield warning(
                "service-disabled",
                f"service {one.name} does not start at boot",
                "After a reboot the application stays down.",
                f"systemctl enable {one.name}",
            )


def _remote(seen: HostSeen, machine: MachineSeen) -> Iterator[Finding]:
    if seen.wanted is None:
        return
    script, permitted = seen.wanted
    old = [
        name
        for name, has, must in (
            ("pgbaton-remote", machine.remote, script),
            ("remote.list", machine.permitted, permitted),
        )
        if has != must and (has or machine.root)
    ]
    if old:
        what = f"{listed(old)} {plural(old, 'is', 'are')} not what the inventory says"
        why = "Tomorrow's leader, file or service may not be permitted there."
        yield error(
            "remote-old", what, why, "pgbaton push, or pgbaton script remote and script list"
        )
