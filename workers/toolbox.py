"""Equips the jobs: from inventory and secrets to every hand, in one place that can be read through."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.inventory import Cluster, Inventory
from jobs.lastread import LastReads
from jobs.ports import Dcs, ScopeRef
from jobs.tools import Tools
from workers.fleet import ThreadFleet
from workers.heart import ThreadHeart
from workers.patroni import PatroniRest
from workers.postgres import Login, PostgresProbe
from workers.secrets import Secrets
from workers.ssh import SshHands, SshMembers, load_key
from workers.store import ledger_of
from workers.timepiece import SystemClock
from workers.ways import dcs_of, linode_of, tls_files
from workers.witness import Sight, Witnesses

if TYPE_CHECKING:
    from workers.linode import Api


def equip(inventory: Inventory, secrets: Secrets, *, hosts: SshHands) -> Tools:
    """Every hand that the jobs need, connected when first used. ValueError where a secret is missing."""
    ledger, api = ledger_of(inventory, secrets), linode_of(inventory, secrets)
    tools = Tools(
        inventory=inventory,
        ledger=ledger,
        witness=witness_of(inventory, secrets),
        hosts=hosts,
        fleet=ThreadFleet(),
        heart=ThreadHeart(ledger, every=inventory.timing.beat),
        clock=SystemClock(),
        worker=platform.node(),
        members=members_of(secrets),
        reads=LastReads() if inventory.ssh.warm else None,
    )
    return tools if api is None else _at_linode(tools, api)


def _at_linode(tools: Tools, api: Api) -> Tools:
    """The same with Linode's API. Imported here: a worker without a token does not carry its library
    into every job that it forks."""
    from workers.linode import LinodeBalancers, LinodeRecords

    return replace(tools, balancers=LinodeBalancers(api), records=LinodeRecords(api))


def witness_of(inventory: Inventory, secrets: Secrets) -> Witnesses:
    """Evidence about every cluster of the inventory."""
    dcs = dcs_of(inventory, secrets)
    return Witnesses(
        {name: _sight(name, c, dcs[c.etcd], secrets) for name, c in inventory.clusters.items()}
    )


def hosts_of(secrets: Secrets, *, script: str) -> SshHands:
    """SSH to the application hosts, with the key file that the secret `ssh-key` names. `script` is
    what plain hosts are sent. ValueError where the key is missing or unusable."""
    key = secrets.get("ssh-key")
    if key is None:
        msg = "no SSH key: name its file in PGBATON_SSH_KEY"
        raise ValueError(msg)
    return SshHands(key=load_key(Path(key)), script=script)


def members_of(secrets: Secrets) -> SshMembers | None:
    """SSH to database machines, with the same key, which runs one command there. None without it."""
    key = secrets.get("ssh-key")
    return None if key is None else SshMembers(key=load_key(Path(key)))


def probe_of(name: str, cluster: Cluster, secrets: Secrets) -> PostgresProbe | None:
    """The monitoring role of one cluster; None where the inventory names none."""
    probe = cluster.probe
    if probe.user is None:
        return None
    return PostgresProbe(
        Login(
            user=probe.user,
            dbname=probe.dbname,
            password=secrets.get(f"probe-{name}-password"),
            sslmode=probe.sslmode,
            tls=tls_files(probe.tls),
        )
    )


def _sight(name: str, cluster: Cluster, dcs: Dcs, secrets: Secrets) -> Sight:
    return Sight(
        scope=ScopeRef(cluster=name, namespace=cluster.namespace, scope=cluster.scope),
        dcs=dcs,
        rest=PatroniRest(tls=tls_files(cluster.rest)),
        sql=probe_of(name, cluster, secrets),
    )
