"""Every subject that an inventory has, in the order in which one depends on the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from deploy.doctor.balanced import examine_balancer
from deploy.doctor.evidence import Unseen
from deploy.doctor.hosts import examine_host
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.rounds import Visit
from deploy.doctor.secured import examine_certificates
from deploy.doctor.seeing.clocks import see_date, see_redis_clock
from deploy.doctor.seeing.etcd import see_etcd, tls_of
from deploy.doctor.seeing.outside import see_linode, see_slack
from deploy.doctor.seeing.patroni import api_of, see_patroni
from deploy.doctor.seeing.redis import see_redis
from deploy.doctor.seeing.replication import see_replication
from deploy.doctor.seeing.road import Road, keys_here, see_road
from deploy.doctor.seeing.trail import see_trail
from deploy.doctor.seeing.workers import see_workers
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.clocks import Clockless, Skew, judge_clocks
from deploy.doctor.subjects.etcd import judge_etcd
from deploy.doctor.subjects.hooks import NodeSeen, judge_hooks
from deploy.doctor.subjects.machines import MachineSeen
from deploy.doctor.subjects.mux import MuxSeen, judge_mux
from deploy.doctor.subjects.outside import judge_linode, judge_road, judge_slack
from deploy.doctor.subjects.patroni import judge_patroni
from deploy.doctor.subjects.redis import judge_redis
from deploy.doctor.subjects.replication import judge_replication
from deploy.doctor.subjects.trail import judge_trail
from deploy.doctor.subjects.workers import judge_workers
from jobs.balancer.found import Knock
from jobs.claims import MemberRecord
from jobs.inventory import Address
from workers.linode.knock import knock
from workers.tls import Tls
from workers.toolbox import probe_of

KNOCK = 2.0


def visits(shared: Shared) -> Iterator[Visit]:
    """What is looked at; nothing is asked before a visit's time."""
    inventory = shared.around.inventory
    yield Visit(subject="inventory", look=shared.around.offline)
    for etcd in inventory.etcd:
        yield Visit(subject=f"etcd {etcd}", look=partial(_etcd, shared, etcd))
    for name, cluster in inventory.clusters.items():
        yield Visit(subject=f"patroni {name}", look=partial(_patroni, shared, name))
        yield Visit(subject=f"replication {name}", look=partial(_replication, shared, name))
        if cluster.machines:
            yield Visit(subject=f"hooks {name}", look=partial(_hooks, shared, name))
        if cluster.mux is not None:
            yield Visit(subject=f"mux {name}", look=partial(_mux, shared, name))
    for name in inventory.nodebalancers:
        yield Visit(subject=f"nodebalancer {name}", look=partial(examine_balancer, shared, name))
    yield Visit(subject="redis", look=lambda: judge_redis(see_redis(shared.redis)))
    yield Visit(subject="processes", look=partial(_processes, shared))
    if inventory.senders:
        yield Visit(subject="webhook", look=partial(_road, shared))
    for host in inventory.hosts:
        yield Visit(subject=f"host {host}", look=partial(examine_host, shared, host))
    for name in inventory.clusters:
        yield Visit(subject=f"trail {name}", look=partial(_trail, shared, name))
    yield Visit(subject="clocks", look=partial(_clocks, shared))
    yield Visit(subject="certificates", look=partial(examine_certificates, shared))
    yield Visit(
        subject="slack", look=lambda: judge_slack(see_slack(inventory, shared.around.secrets))
    )
    if inventory.nodebalancers or inventory.dns:
        yield Visit(subject="linode", look=partial(_linode, shared))


def _etcd(shared: Shared, name: str) -> Report:
    around = shared.around
    seen = see_etcd(name, around.inventory.etcd[name], around.fleet, now=around.now())
    return judge_etcd(seen)


def _patroni(shared: Shared, name: str) -> Report:
    view, recent = shared.view(name), shared.recents(name)
    if isinstance(view, Unseen):
        return report(f"patroni {name}", (), [not_seen("its members", view)])
    heard = recent if isinstance(recent, Unseen) else recent.heard
    cluster = shared.around.inventory.clusters[name]
    return judge_patroni(see_patroni(name, cluster, view, heard, shared.around.fleet))


def _replication(shared: Shared, name: str) -> Report:
    led, around = shared.leadership(name), shared.around
    probe = probe_of(name, around.inventory.clusters[name], around.secrets)
    return judge_replication(
        name, see_replication(probe, None if led is None else led.record, cluster=name)
    )


def _hooks(shared: Shared, name: str) -> Report:
    import hashlib

    from deploy.hook import hook_script

    cluster = shared.around.inventory.clusters[name]
    wanted = hashlib.sha256(hook_script().encode()).hexdigest()
    seen = dict(shared.around.fleet.each([*cluster.machines], shared.machines))
    nodes = [
        NodeSeen(name=member, machine=seen[member], wanted=wanted, watchdog=cluster.watchdog)
        for member in cluster.machines
    ]
    return judge_hooks(name, nodes)


def _mux(shared: Shared, name: str) -> Report:
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


def _processes(shared: Shared) -> Report:
    told = {name: _told(shared, name) for name in shared.around.inventory.clusters}
    try:
        return judge_workers(see_workers(shared.redis, shared.around.inventory, told=told))
    except (RedisError, OSError) as error:
        seen = Unseen(reason=f"Redis gives no answer: {error}", remedy="see redis above")
        return report("processes", (), [not_seen("workers, clock and chronicle", seen)])


def _told(shared: Shared, cluster: str) -> bool | None:
    led, recent = shared.leadership(cluster), shared.recents(cluster)
    return None if led is None or isinstance(recent, Unseen) else recent.told_of(led.fence.epoch)


def _road(shared: Shared) -> Report:
    around = shared.around
    if not around.pings:
        seen = Unseen(reason="--no-ping", remedy="leave it out: a ping moves nothing")
        return report("webhook", (), [not_seen("whether senders are believed", seen)])
    keyring = None if isinstance(around.keyring, Unseen) else around.keyring
    road = Road(
        inventory=around.inventory,
        trail=around.trail,
        fleet=around.fleet,
        now=around.now,
        token=around.token,
    )
    return judge_road(see_road(road, keys_here(around.inventory, around.secrets, keyring)))


def _trail(shared: Shared, name: str) -> Report:
    recent = shared.recents(name)
    if isinstance(recent, Unseen):
        return report(f"trail {name}", (), [not_seen("its entries", recent)])
    return judge_trail(see_trail(name, recent, shared.around.anchors.get(name)))


def _linode(shared: Shared) -> Report:
    around = shared.around
    return judge_linode(see_linode(around.inventory, around.linode, around.fleet))


def _clocks(shared: Shared) -> Report:
    around, asks = shared.around, [*_dated(shared)]
    dated = dict(around.fleet.each(asks, lambda a: see_date(a[0], a[1], a[2])))
    by_ssh = dict(around.fleet.each([*shared.placed], shared.machines))
    known = {urlsplit(url).hostname for (_, url, _), s in dated.items() if isinstance(s, Skew)}
    told = [
        Clockless(place=name, unseen=seen)
        if isinstance(seen, Unseen)
        else Skew(place=name, seconds=seen.skew)
        for name, seen in by_ssh.items()
        if isinstance(seen, MachineSeen) or shared.placed[name].address not in known
    ]
    seen = [see_redis_clock(shared.redis), *(dated[a] for a in asks), *told]
    return judge_clocks(seen, tolerance=around.inventory.webhook.tolerance)


def _dated(shared: Shared) -> Iterator[tuple[str, str, Tls]]:
    """Whoever speaks HTTP anyway: place, address, and how it is trusted."""
    inventory = shared.around.inventory
    ca = Path(inventory.webhook.ca) if inventory.webhook.ca else None
    for url in inventory.webhook.urls:
        yield f"webhook {urlsplit(url).netloc}", url, Tls(ca=ca)
    for name, cluster in inventory.clusters.items():
        view = shared.view(name)
        for member in () if isinstance(view, Unseen) else view.members:
            if isinstance(member, MemberRecord):
                yield f"Patroni {member.name}", f"{api_of(member)}/patroni", tls_of(cluster.rest)
    for etcd in inventory.etcd.values():
        for endpoint in etcd.endpoints:
            yield f"etcd {urlsplit(endpoint).hostname}", f"{endpoint}/version", tls_of(etcd.tls)
