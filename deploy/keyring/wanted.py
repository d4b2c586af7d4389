"""Which keys and passwords an inventory asks for, besides certificates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deploy.keyring.leaf import Leaf, encrypted_redis, leaves
from deploy.site import placed
from jobs.inventory import Inventory

PENDING_PIN = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{'A' * 43}"
PENDING_SENDER = f"whpk_{'A' * 43}="
"""Both stand, in memory alone, for a public half while an inventory is read that cannot have it yet."""
OWN_SENDERS = ("watch", "probe")
PATRONI = ("superuser", "replication", "rewind", "rest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Everything that one inventory asks of its keyring. `senders`: name to the clusters it speaks of;
    `hosts`: the machines whose host key is ours to make; `passwords`, `shared` (whsec_) and `alerts`
    (whsk_) by the secret's name; `viewer`: whether pages want a password."""

    leaves: tuple[Leaf, ...] = ()
    senders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    alerts: bool = False
    viewer: bool = False
    certificate_days: int
    ca_days: int


def wanted(inventory: Inventory) -> Wanted:
    """What `pgbaton keys make` has to make for it. Raises CannotPlace."""
    machines = placed(inventory)
    pinned = {name: [k for k in m.host_keys if k != PENDING_PIN] for name, m in machines.items()}
    return Wanted(
        leaves=leaves(inventory),
        senders=dict(_senders(inventory)),
        hosts=tuple(name for name in machines if not pinned[name]),
        passwords=tuple(_passwords(inventory)),
        shared=tuple(f"sender-{n}" for n, s in inventory.senders.items() if s.hmac),
        alerts=inventory.alerts.url is not None,
        viewer=any("pages" in machine.runs for machine in machines.values()),
        certificate_days=inventory.deploy.certificate_days,
        ca_days=inventory.deploy.ca_days,
    )


def _senders(inventory: Inventory) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Database machines and our own processes; and whom the inventory names without a key of its own."""
    for cluster, table in inventory.clusters.items():
        yield from ((machine, (cluster,)) for machine in table.machines)
    for name in OWN_SENDERS:
        yield name, tuple(inventory.clusters)
    for name, sender in inventory.senders.items():
        if sender.keys == (PENDING_SENDER,):
            yield name, sender.clusters


def _passwords(inventory: Inventory) -> Iterator[str]:
    if any("redis" in machine.runs for machine in inventory.machines.values()):
        yield "redis-password"
        if encrypted_redis(inventory):
            yield "redis-reload-password"
    for name, cluster in inventory.clusters.items():
        if cluster.probe.user is not None:
            yield f"probe-{name}-password"
        if cluster.machines:
            yield from (f"patroni-{name}-{what}" for what in PATRONI)
        yield from (f"database-{name}-{role}" for role in dict.fromkeys(cluster.databases.values()))
