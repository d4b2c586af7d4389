"""The hook on one database node, as the node itself has it: installed, named to Patroni, and believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, listed, warning
from deploy.doctor.report import Report, not_seen, not_seen_all, report
from deploy.doctor.subjects.machines import HookSeen, MachineSeen

CALLBACKS = ("on_role_change", "on_start", "on_stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """One database node; `wanted` is the SHA-256 of the hook as it should be, `watchdog` the inventory's."""

    name: str
    machine: MachineSeen | Unseen
    wanted: str
    watchdog: str = "automatic"


def judge_hooks(cluster: str, nodes: Sequence[NodeSeen]) -> Report:
    """Everything that a cluster's database nodes show of their hooks."""
    hidden = {n.name: n.machine for n in nodes if isinstance(n.machine, Unseen)}
    found = {n.name: list(_hook(n)) for n in nodes if n.name not in hidden}
    well = [name for name, findings in found.items() if not findings]
    pinged = [n.name for n in nodes if n.name in well and _pinged(n)]
    fine = [f"{listed(well)}: installed, called by Patroni" if well else ""]
    if well and pinged == well:
        fine = [f"{fine[0]}, {'its ping' if len(well) == 1 else 'their pings'} recorded"]
    named = [replace(f, what=f"{name}: {f.what}") for name, fs in found.items() for f in fs]
    return report(f"hooks {cluster}", fine, [*named, *not_seen_all("hook of", hidden)])


def _pinged(node: NodeSeen) -> bool:
    hook = node.machine.hook if isinstance(node.machine, MachineSeen) else None
    return hook is not None and hook.ping is not None


def _hook(node: NodeSeen) -> Iterator[Finding]:
    hook = node.machine.hook if isinstance(node.machine, MachineSeen) else None
    if hook is None or not hook.sum:
        why = "A failover is noticed by watch and clock alone, later."
        yield error(
            "hook-missing",
            "there is no /usr/local/bin/pgbaton-hook",
            why,
            "pgbaton push, or pgbaton script hook (docs/hook.md)",
        )
        return
    yield from _installed(node, hook)
    yield from _works(hook)
    yield from _watchdog(node, hook)


def _installed(seen: NodeSeen, hook: HookSeen) -> Iterator[Finding]:
    if hook.sum != seen.wanted:
        why = "It may speak a protocol that the webhook does not take any more."
        yield warning(
            "hook-old",
            "the hook is of another version",
            why,
            "pgbaton push, or pgbaton script hook",
        )
    if hook.callbacks is None:
        yield not_seen(
            "which callbacks Patroni has",
            Unseen(
                reason="no readable /etc/patroni/*.yml",
                remedy="look there: postgresql.callbacks must name pgbaton-hook",
            ),
        )
    elif missing := [c for c in CALLBACKS if c not in hook.callbacks]:
        what = f"Patroni does not call it on {listed([m.removeprefix('on_') for m in missing])}"
        why = "What it is not called for, it cannot tell."
        yield error(
            "hook-uncalled",
            what,
            why,
            "name it in postgresql.callbacks of patroni.yml, then patronictl reload (docs/hook.md)",
        )


def _works(hook: HookSeen) -> Iterator[Finding]:
    if hook.check is not None and hook.check[0]:
        yield error(
            "hook-check",
            hook.check[1],
            "It cannot tell anything as it is.",
            "do what it says; then pgbaton-hook --check as postgres",
        )
    if hook.ping is not None and hook.ping[0]:
        why = "What happens on this node is not heard; watch and clock notice it later."
        yield error(
            "hook-ping",
            f"its ping failed: {hook.ping[1]}",
            why,
            "open the way to the webhook, or mend key and cafile in /etc/pgbaton/hook.conf",
        )
    if hook.status is not None and hook.status[0]:
        why = "Events wait, were refused, or are lost."
        yield warning(
            "hook-spool",
            hook.status[1],
            why,
            "see /var/spool/pgbaton: rejected/*.problem has the webhook's words",
        )
    if hook.timer not in {"active", ""}:
        why = "What a dead webhook left in the spool is sent with the next callback only."
        yield warning(
            "hook-timer",
            f"pgbaton-hook.timer is {hook.timer}",
            why,
            "systemctl enable --now pgbaton-hook.timer",
        )


def _watchdog(seen: NodeSeen, hook: HookSeen) -> Iterator[Finding]:
    if seen.watchdog == "off" or hook.watchdog == "usable":
        return
    finding = error if seen.watchdog == "required" else warning
    has = (
        "there is no /dev/watchdog"
        if hook.watchdog == "none"
        else f"/dev/watchdog is {hook.watchdog}"
    )
    why = "A frozen Patroni leaves its PostgreSQL writable: two take writes after the failover."
    if seen.watchdog == "required":
        why = "Patroni refuses to lead here."
    yield finding(
        "hook-watchdog",
        has,
        why,
        "modprobe softdog (and in /etc/modules-load.d), a udev rule that gives it to postgres",
    )
