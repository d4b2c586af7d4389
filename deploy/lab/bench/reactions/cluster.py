"""The ground of a real reaction: three Patroni members, ten hosts that follow, and what others would use instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tomlkit

from deploy.lab import layout, outside, patroni, pgbaton, rise, shophost
from deploy.lab.bench.bare import open_bare
from deploy.lab.bench.reactions.callback import furnish_host, furnish_member
from deploy.lab.bench.reactions.ways import HAPROXY, start_balancer, start_haproxy
from deploy.lab.bench.waiting import waiting
from deploy.lab.inventory import PROFILES, inventory_toml
from deploy.lab.keys import LabSecrets, make_secrets
from deploy.lab.lab import Lab, light_hosts
from deploy.lab.process import wait_until
from deploy.lab.setting import Setting
from jobs.inventory import Address

SETTING = Setting(light=10, machines=HAPROXY)
HOSTS = light_hosts(SETTING)
MACHINES = (
    *layout.OPERATOR,
    *layout.ETCD,
    *layout.MEMBERS,
    *layout.REDIS,
    *layout.CONTROL,
    *layout.LINODE,
    *layout.OUTSIDE,
    *HOSTS,
    *HAPROXY,
)
CACHE = "cp .env .env.cached"
"""What an application makes of its file, as `php artisan config:cache` would."""
WORKERS = ("worker-1", "worker-2")
OURS = ("web", *WORKERS, "watch", "clock", "chronicle")
"""pgbaton's processes, as they are called on the control machine."""


@contextmanager
def open_cluster() -> Iterator[Lab]:
    """A lab that rose: ten hosts follow the leader, and HAProxy and a NodeBalancer lead to it."""
    secrets = make_secrets(
        senders=(*layout.MEMBERS, "watch", "probe"), hosts=(*layout.SHOPS, *HOSTS)
    )
    with open_bare(
        inventory_of(secrets), secrets=secrets, setting=SETTING, machines=MACHINES
    ) as lab:
        _rise(lab)
        yield lab


def inventory_of(secrets: LabSecrets) -> str:
    """The lab's own inventory, in which the light hosts alone follow."""
    text = inventory_toml(profile=PROFILES["lab"], secrets=secrets, light=HOSTS)
    tables: dict[str, Any] = tomllib.loads(text)
    tables["applications"] = {"light": {**tables["applications"]["light"], "after": [CACHE]}}
    tables["hosts"] = {name: tables["hosts"][name] for name in HOSTS}
    return tomlkit.dumps(tables)


def _rise(lab: Lab) -> None:
    outside.start_outside(lab)
    rise.start_state(lab)
    pgbaton.start_web(lab)
    pgbaton.start_chronicle(lab)
    rise.start_database(lab)
    leader = rise.first_leader()
    start_haproxy(lab)
    start_balancer(lab)
    _start_hosts(lab, leader)
    for member in layout.MEMBERS:
        furnish_member(lab, member, HOSTS)
    pgbaton.start_others(lab)
    wait_until("synchronous replication", patroni.synchronous, seconds=60, step=0.2)
    wait_until("warm connections and scripts", lambda: warm(lab), seconds=60, step=0.5)


def _start_hosts(lab: Lab, leader: str) -> None:
    at = Address(host=layout.MEMBERS[leader], port=layout.POSTGRESQL_PORT)
    for name in HOSTS:
        machine = lab.machines[name]
        shophost.write_env(machine, at, lab.secrets)
        furnish_host(machine)
        shophost.start_sshd(machine)
        shophost.start_shop(machine)


def warm(lab: Lab) -> bool:
    """Whether every worker holds a connection to every host, and has a script that waits there, counted
    on the hosts' side."""
    ours = layout.CONTROL["control"]
    connected = all(_logins(lab, name, ours) >= len(WORKERS) for name in HOSTS)
    return connected and all(waiting(lab.machines[name]) >= len(WORKERS) for name in HOSTS)


def _logins(lab: Lab, host: str, address: str) -> int:
    ask = ["ss", "-Htn", "state", "established", f"( sport = :22 and dst {address} )"]
    return len(lab.machines[host].run(ask).stdout.splitlines())
