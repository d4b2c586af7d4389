"""One application host: read as the workers read it, planned as they would, and looked at over SSH."""

from __future__ import annotations

import hashlib

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report
from deploy.doctor.rounds import PROBE
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.hosts import HostSeen, TargetSeen, judge_host
from deploy.remote import hardened_script, permitted
from deploy.remote.hardened import remote_list
from jobs.blocked import Blocked
from jobs.inventory import parse_target
from jobs.plan import plan_host, read_request
from jobs.remote import ReadReply


def examine_host(shared: Shared, name: str, *, read: bool = True) -> Report:
    """Everything about one host; without `read`, what SSH with push's key shows."""
    inventory = shared.around.inventory
    clusters = [c for c in inventory.clusters if name in inventory.hosts_of(c)]
    pairs = [(c, t) for c in clusters for t in inventory.targets_of(c, name)]
    seen = HostSeen(
        name=name,
        host=inventory.hosts[name],
        targets=[_target(shared, c, t) for c, t in pairs] if read else [],
        machine=shared.machines(name),
        applications=[a for a in inventory.applications.values() if name in a.hosts],
        wanted=_wanted(shared, pairs) if inventory.hosts[name].mode == "hardened" else None,
        unproven={c: shared.unproven(c) for c in clusters} if read else {},
    )
    return judge_host(seen)


def _target(shared: Shared, cluster: str, target: str) -> TargetSeen:
    inventory, hand = shared.around.inventory, shared.around.hosts
    told, led = parse_target(target).told, shared.leadership(cluster)
    if isinstance(hand, Unseen):
        return TargetSeen(cluster=cluster, told=told, reply=hand)
    request = read_request(inventory, cluster=cluster, host=target)
    reply = hand.read(inventory.host_at(target), request, timeout=PROBE)
    if led is None or not isinstance(reply, ReadReply):
        return TargetSeen(cluster=cluster, told=told, reply=reply)
    plan = plan_host(inventory, cluster=cluster, host=target, leadership=led, reply=reply)
    return TargetSeen(cluster=cluster, told=told, reply=reply, fence=led.fence, plan=plan)


def _wanted(shared: Shared, pairs: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The sums of a hardened host's script and list; None where the inventory makes no list."""
    found = [permitted(shared.around.inventory, c, t) for c, t in pairs]
    good = tuple(p for p in found if not isinstance(p, Blocked))
    if not good or len(good) < len(found):
        return None
    return _sum(hardened_script()), _sum(remote_list(good))


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
