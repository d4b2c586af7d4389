"""pgbaton's own processes, the road of an event, Linode's token and everybody's clock: look, then judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.report import Report, not_seen, report
from deploy.doctor.seeing.clocks import see_date, see_redis_clock
from deploy.doctor.seeing.etcd import tls_of
from deploy.doctor.seeing.outside import see_linode
from deploy.doctor.seeing.patroni import api_of
from deploy.doctor.seeing.road import OWN, Road, keys_here, see_road
from deploy.doctor.seeing.workers import see_workers
from deploy.doctor.shared import NO_REDIS, Shared
from deploy.doctor.subjects.clocks import Clockless, Skew, judge_clocks
from deploy.doctor.subjects.outside import judge_linode, judge_road
from deploy.doctor.subjects.workers import judge_workers
from jobs.claims import MemberRecord
from workers.tls import Tls


def examine_processes(shared: Shared) -> Report:
    around = shared.around
    if isinstance(shared.redis_seen(""), Unseen):
        return report("processes", (), [not_seen("workers, clock and chronicle", NO_REDIS)])
    told = {name: _told(shared, name) for name in around.inventory.clusters}
    seen = see_workers(shared.redis, around.inventory, digest=around.digest, told=told)
    return judge_workers(seen)


def _told(shared: Shared, cluster: str) -> bool | None:
    led, recent = shared.leadership(cluster), shared.recents(cluster)
    return None if led is None or isinstance(recent, Unseen) else recent.told_of(led.fence.epoch)


def examine_road(shared: Shared) -> Report:
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
    keys = keys_here(around.inventory, around.secrets, keyring)
    return judge_road(see_road(road, keys, heard=_heard(shared), idle=_idle(shared)))


def _heard(shared: Shared) -> frozenset[str]:
    recents = [shared.recents(name) for name in shared.around.inventory.clusters]
    return frozenset(s for one in recents if not isinstance(one, Unseen) for s in one.senders)


def _idle(shared: Shared) -> frozenset[str]:
    """Senders of ours whose process the inventory lets run nowhere; nobody, where it places none."""
    runs = {process for one in shared.placed.values() for process in one.ours}
    return frozenset(name for name in OWN if runs and name not in runs)


def examine_linode(shared: Shared) -> Report:
    around = shared.around
    return judge_linode(see_linode(around.inventory, around.linode, around.fleet))


def examine_clocks(shared: Shared) -> Report:
    around, asks = shared.around, [*_dated(shared)]
    dated = dict(around.fleet.each(asks, lambda a: see_date(a[0], a[1], a[2])))
    redis = see_redis_clock(shared.redis)
    known = {urlsplit(url).hostname for (_, url, _), s in dated.items() if isinstance(s, Skew)}
    known |= {urlsplit(around.inventory.redis.url).hostname} if isinstance(redis, Skew) else set()
    told = [
        one
        for one in _by_ssh(shared)
        if isinstance(one, Skew) or shared.placed[one.place].address not in known
    ]
    seen = [*([redis] if isinstance(redis, Skew) else []), *(dated[a] for a in asks), *told]
    return judge_clocks(seen, tolerance=around.inventory.webhook.tolerance)


def examine_machine_clocks(shared: Shared) -> Report:
    """Those that SSH shows."""
    tolerance = shared.around.inventory.webhook.tolerance
    return judge_clocks([*_by_ssh(shared)], tolerance=tolerance)


def _by_ssh(shared: Shared) -> Iterator[Skew | Clockless]:
    for name, seen in shared.around.fleet.each([*shared.placed], shared.machines):
        if isinstance(seen, Unseen):
            yield Clockless(place=name, unseen=seen)
        else:
            yield Skew(place=name, seconds=seen.skew)


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
