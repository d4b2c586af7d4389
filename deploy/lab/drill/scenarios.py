"""The disasters themselves, each in reading order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.lab import faults, front, layout, patroni
from deploy.lab.drill.balancer import balancer_check_interval, linode_down
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.outages import (
    balancer_only,
    etcd_outage,
    leader_cut,
    patroni_stopped,
    postgres_crash,
)
from deploy.lab.drill.silence import slack_down
from deploy.lab.drill.stage import Stage
from deploy.lab.drill.takeover import worker_killed
from deploy.lab.process import wait_until
from jobs.audit import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A disaster: what it is, and how it is played. `act` may add checks of its own; `endpoint` is
    where the shops point unless somebody says otherwise."""

    title: str
    act: Callable[[Stage], tuple[Checked, ...]]
    endpoint: str = "leader"


def kill_leader_machine(stage: Stage) -> tuple[Checked, ...]:
    """The leader's link goes down, then everything on its machine is gone."""
    old = stage.leader()
    stage.inject(
        f"FAULT: the machine of {old.member} loses its link, then everything on it gets SIGKILL",
        lambda: faults.lose_machine(stage.lab, old.member),
    )
    if stage.lab.balanced:
        stage.screen.say(f"Linode says: host_reboot of {old.member} started")
        front.happens("host_reboot", old.member)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    for host in layout.UNMANAGED:
        count = faults.open_connections(stage.lab, host, old.address)
        stage.screen.say(f"{host}, left to itself, holds {count} connections to the lost machine")
    return ()


def switchover(stage: Stage) -> tuple[Checked, ...]:
    """An operator asks Patroni for another leader."""
    old = stage.leader()
    stage.inject(
        f"FAULT: a planned switchover away from {old.member}",
        lambda: faults.switchover(stage.lab, old.member),
    )
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    return ()


def stale_member(stage: Stage) -> tuple[Checked, ...]:
    """Patroni dies and its PostgreSQL does not; it returns when another leads, and claims to lead."""
    old = stage.leader()
    stage.inject(
        f"FAULT: Patroni of {old.member} gets SIGKILL, its PostgreSQL stays up",
        lambda: faults.kill(stage.lab, old.member, "patroni"),
    )
    new = stage.until_moved(old)
    stage.until_told(new)
    wait_until("the alarm", lambda: _alarms(stage, old.member), seconds=20)
    heard = len(stage.trail.entries)
    stage.screen.say(f"Patroni of {old.member} starts again on its stale primary", style="yellow")
    machine = stage.lab.machines[old.member]
    patroni.restart_patroni(machine, machine.folder / "patroni.yml", stage.lab.program)
    wait_until(
        f"{old.member} to claim to lead", lambda: _claims(stage, old.member, heard), seconds=30
    )
    wait_until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.until_concluded()
    stage.settle(3)
    return (_named(stage, old.member), _nothing_moved(stage, old.member, new.epoch, heard))


def _named(stage: Stage, member: str) -> Checked:
    alarms = _alarms(stage, member)
    return Checked(
        name="a second writable primary is named, once",
        held=len(alarms) == 1,
        evidence="; ".join(alarms) or "nobody named it",
    )


def _alarms(stage: Stage, member: str) -> list[str]:
    """What the trail says of two primaries, one of them the member."""
    told = (e.facts["evidence"] for e in stage.trail.entries if e.facts["kind"] == Kind.ALARM)
    named = f"two writable primaries: {member}"
    return [str(e["reason"]) for e in told if str(e["reason"]).startswith(named)]


def _claims(stage: Stage, member: str, since: int) -> list[str]:
    """What the member's hook said of leading, after the trail had so many entries."""
    facts = (entry.facts for entry in stage.trail.entries[since:])
    events = (f["evidence"] for f in facts if f["kind"] == Kind.EVENT and f["evidence"]["data"])
    return [
        f"{e['data'].get('action')} {e['data'].get('role')}"
        for e in events
        if e["sender"] == member and e["data"].get("role") in {"primary", "master"}
    ]


def _nothing_moved(stage: Stage, member: str, epoch: int, since: int) -> Checked:
    moved = [e for e in stage.trail.entries[since:] if e.facts["kind"] in {Kind.HOST, Kind.PLANNED}]
    same = stage.leader().epoch == epoch
    claims = ", ".join(_claims(stage, member, since))
    return Checked(
        name="a stale member that claims to lead moves nothing",
        held=not moved and same,
        evidence=f"{member} said {claims}; {len(moved)} hosts were touched by it",
    )


SCENARIOS: Mapping[str, Scenario] = {
    "kill-leader-machine": Scenario(title="the leader's machine is lost", act=kill_leader_machine),
    "switchover": Scenario(title="a planned switchover", act=switchover),
    "stale-member": Scenario(title="a stale member returns and lies", act=stale_member),
    "balancer-check-interval": Scenario(
        title="the balancer's check interval is changed: how long does it take to redirect?",
        act=balancer_check_interval,
        endpoint="both",
    ),
    "linode-down": Scenario(
        title="the leader's machine is lost while Linode's API is down",
        act=linode_down,
        endpoint="both",
    ),
    "patroni-stopped": Scenario(title="Patroni is stopped on the leader", act=patroni_stopped),
    "postgres-crash": Scenario(title="the leader's PostgreSQL crashes", act=postgres_crash),
    "leader-cut": Scenario(title="the leader is cut off from etcd", act=leader_cut),
    "etcd-outage": Scenario(title="etcd loses its quorum", act=etcd_outage),
    "balancer-only": Scenario(
        title="the leader's HAProxy dies, and nothing else",
        act=balancer_only,
        endpoint="both",
    ),
    "slack-down": Scenario(
        title="the leader's machine is lost while Slack cannot be reached", act=slack_down
    ),
    "worker-killed": Scenario(title="a worker dies in the middle of repointing", act=worker_killed),
}

ON_MACHINES = ("kill-leader-machine",)
"""Those that need nothing of the lab's own processes, so that booted machines can play them."""
