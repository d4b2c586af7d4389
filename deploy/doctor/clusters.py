"""One database cluster and the etcd that it lives in, subject by subject: look, then judge."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.seeing.etcd import see_etcd
from deploy.doctor.seeing.patroni import see_patroni
from deploy.doctor.seeing.replication import see_replication
from deploy.doctor.seeing.trail import see_trail
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.etcd import judge_etcd
from deploy.doctor.subjects.hooks import NodeSeen, judge_hooks
from deploy.doctor.subjects.mux import MuxSeen, judge_mux
from deploy.doctor.subjects.patroni import judge_patroni
from deploy.doctor.subjects.replication import judge_replication
from deploy.doctor.subjects.trail import judge_trail
from deploy.hook import hook_script
from jobs.balancer.found import Knock
from jobs.claims import MemberRecord
from jobs.inventory import Address
from workers.linode.knock import knock
from workers.toolbox import probe_of

KNOCK = 2.0
"""Seconds that a port may take to answer a health check's question."""


def examine_etcd(shared: Shared, name: str) -> Report:
    around = shared.around
    seen = see_etcd(name, around.inventory.etcd[name], around.fleet, now=around.now())
    return judge_etcd(seen)


def examine_patroni(shared: Shared, name: str) -> Report:
    view, recent = shared.view(name), shared.recents(name)
    if isinstance(view, Unseen):
        return report(f"patroni {name}", (), [not_seen("its members", view)])
    heard = recent if isinstance(recent, Unseen) else recent.heard
    cluster = shared.around.inventory.clusters[name]
    return judge_patroni(see_patroni(name, cluster, view, heard, shared.around.fleet))


def examine_replication(shared: Shared, name: str) -> Report:
    led, around = shared.leadership(name), shared.around
    probe = probe_of(name, around.inventory.clusters[name], around.secrets)
    return judge_replication(
        name, see_replication(probe, None if led is None else led.record, cluster=name)
    )


def examine_hooks(shared: Shared, name: str) -> Report:
    cluster = shared.around.inventory.clusters[name]
    wanted = hashlib.sha256(hook_script().encode()).hexdigest()
    seen = dict(shared.around.fleet.each([*cluster.machines], shared.machines))
    nodes = [
        NodeSeen(name=member, machine=seen[member], wanted=wanted, watchdog=cluster.watchdog)
        for member in cluster.machines
    ]
    return judge_hooks(name, nodes)


def examine_mux(shared: Shared, name: str) -> Report:
    cluster, led, view = (
        shared.around.inventory.clusters[name],
        shared.leadership(name),
        shared.view(name),
    )
    if isinstance(view, Unseen):
        return report(f"mux {name}", (), [not_seen("its members", view)])
    hosts = {
        m.name: urlsplit(m.conn_url).hostname or ""
        for m in view.members
        if isinstance(m, MemberRecord)
    }

    def ask(member: str) -> Knock:
        return knock(
            Address(host=hosts[member], port=cluster.traffic_port), "/primary", timeout=KNOCK
        )

    knocks = dict(shared.around.fleet.each([*hosts], ask))
    seen = MuxSeen(
        cluster=name,
        port=cluster.traffic_port,
        knocks={n: knocks[n] for n in hosts},
        leader=None if led is None else led.member,
    )
    return judge_mux(seen)


def examine_trail(shared: Shared, name: str) -> Report:
    recent = shared.recents(name)
    if isinstance(recent, Unseen):
        return report(f"trail {name}", (), [not_seen("its entries", recent)])
    return judge_trail(see_trail(name, recent, shared.around.anchors.get(name)))
