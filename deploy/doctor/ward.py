"""Every subject that an inventory has, in the order in which one depends on the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from deploy.doctor.balanced import examine_balancer
from deploy.doctor.clusters import (
    examine_etcd,
    examine_hooks,
    examine_mux,
    examine_patroni,
    examine_replication,
    examine_trail,
)
from deploy.doctor.evidence import Unseen
from deploy.doctor.hosts import examine_host
from deploy.doctor.isolated import examine_isolation
from deploy.doctor.ours import (
    examine_clocks,
    examine_linode,
    examine_machine_clocks,
    examine_processes,
    examine_road,
)
from deploy.doctor.report import Report
from deploy.doctor.rounds import Visit
from deploy.doctor.secured import examine_certificates, examine_keys
from deploy.doctor.seeing.outside import see_slack
from deploy.doctor.shared import Shared
from deploy.doctor.subjects.journals import judge_journals
from deploy.doctor.subjects.outside import judge_slack
from deploy.doctor.subjects.redis import judge_redis


def visits(shared: Shared) -> Iterator[Visit]:
    """What is looked at; nothing is asked before a visit's time."""
    inventory = shared.around.inventory
    yield Visit(subject="inventory", look=shared.around.offline)
    for etcd in inventory.etcd:
        yield Visit(subject=f"etcd {etcd}", look=partial(examine_etcd, shared, etcd))
    for cluster in inventory.clusters:
        yield from _cluster(shared, cluster)
    for name in inventory.nodebalancers:
        yield Visit(subject=f"nodebalancer {name}", look=partial(examine_balancer, shared, name))
    yield from _ours(shared)
    for host in inventory.hosts:
        yield Visit(subject=f"host {host}", look=partial(examine_host, shared, host))
    for cluster in inventory.clusters:
        yield Visit(subject=f"trail {cluster}", look=partial(examine_trail, shared, cluster))
    yield from _trust(shared)


def visits_here(shared: Shared) -> Iterator[Visit]:
    """What only the holder of the keys can look at, from wherever SSH leads to the machines."""
    inventory, keyring = shared.around.inventory, shared.around.keyring
    for name, cluster in inventory.clusters.items():
        if cluster.machines:
            yield Visit(subject=f"hooks {name}", look=partial(examine_hooks, shared, name))
    for host in inventory.hosts:
        yield Visit(subject=f"host {host}", look=partial(examine_host, shared, host, read=False))
    yield Visit(subject="clocks", look=partial(examine_machine_clocks, shared))
    if not isinstance(keyring, Unseen):
        yield Visit(subject="keys", look=partial(examine_keys, shared, keyring))


def _cluster(shared: Shared, name: str) -> Iterator[Visit]:
    cluster = shared.around.inventory.clusters[name]
    yield Visit(subject=f"patroni {name}", look=partial(examine_patroni, shared, name))
    yield Visit(subject=f"replication {name}", look=partial(examine_replication, shared, name))
    if cluster.machines:
        yield Visit(subject=f"hooks {name}", look=partial(examine_hooks, shared, name))
    if cluster.isolation.policy == "stop":
        yield Visit(subject=f"isolation {name}", look=partial(examine_isolation, shared, name))
    if cluster.mux is not None:
        yield Visit(subject=f"mux {name}", look=partial(examine_mux, shared, name))


def _ours(shared: Shared) -> Iterator[Visit]:
    yield Visit(subject="redis", look=lambda: judge_redis(shared.redis_seen("")))
    yield Visit(subject="processes", look=partial(examine_processes, shared))
    yield Visit(subject="journals", look=lambda: judge_journals(shared.around.journals()))
    if shared.around.inventory.senders:
        yield Visit(subject="webhook", look=partial(examine_road, shared))


def _trust(shared: Shared) -> Iterator[Visit]:
    """What everything else rests on, and who outside must let us in."""
    inventory, keyring = shared.around.inventory, shared.around.keyring
    yield Visit(subject="clocks", look=partial(examine_clocks, shared))
    yield Visit(subject="certificates", look=partial(examine_certificates, shared))
    if not isinstance(keyring, Unseen):
        yield Visit(subject="keys", look=partial(examine_keys, shared, keyring))
    yield Visit(subject="slack", look=partial(_slack, shared))
    if inventory.nodebalancers or inventory.dns:
        yield Visit(subject="linode", look=partial(examine_linode, shared))


def _slack(shared: Shared) -> Report:
    return judge_slack(see_slack(shared.around.inventory, shared.around.secrets))
