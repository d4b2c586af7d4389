"""The ground of a real reaction: three Patroni members, ten hosts that follow, and what others would use instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tomlkit

from deploy.lab import layout, outside, patroni, pgbaton, rise, shophost
from deploy.lab.bench.fanned.tables import loaded
from deploy.lab.bench.reactions.callback import furnish_host, furnish_member
from deploy.lab.bench.reactions.ways import HAPROXY, start_balancer, start_haproxy
from deploy.lab.door import open_door
from deploy.lab.ground import lab_folder
from deploy.lab.inventory import PROFILES, endpoints_of, inventory_toml
from deploy.lab.keys import LabSecrets, make_secrets
from deploy.lab.lab import Lab, deaf, light_hosts, pull_every_plug, switch
from deploy.lab.machine import LabError
from deploy.lab.network import standing_in
from deploy.lab.patroni import PatroniProgram
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
    with open_door() as door, lab_folder() as folder:
        secrets = make_secrets(
            senders=(*layout.MEMBERS, "watch", "probe"), hosts=(*layout.SHOPS, *HOSTS)
        )
        text = inventory_of(secrets)
        (folder / "inventory.toml").write_text(text)
        lab = Lab(
            folder=folder,
            profile=PROFILES["lab"],
            inventory=loaded(text),
            secrets=secrets,
            program=PatroniProgram(version=4),
            switch=switch(folder),
            endpoints=endpoints_of("leader"),
            setting=SETTING,
            door=door,
        )
        try:
            lab.boot(MACHINES)
            with standing_in(lab.machines["operator"]):
                _rise(lab)
                yield lab
        except TimeoutError as error:
            raise LabError(f"{error}\n{_logs(lab)}") from None
        finally:
            with deaf():
                pull_every_plug(lab)


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
    leader = rise.first_leader(lab)
    start_haproxy(lab)
    start_balancer(lab)
    _start_hosts(lab, leader)
    for member in layout.MEMBERS:
        furnish_member(lab, member, HOSTS)
    pgbaton.start_others(lab)
    wait_until("synchronous replication", patroni.synchronous, seconds=60, step=0.2)
    wait_until("warm connections", lambda: warm(lab), seconds=60, step=0.5)


def _start_hosts(lab: Lab, leader: str) -> None:
    at = Address(host=layout.MEMBERS[leader], port=layout.POSTGRESQL_PORT)
    for name in HOSTS:
        machine = lab.machines[name]
        shophost.write_env(machine, at, lab.secrets)
        furnish_host(machine)
        shophost.start_sshd(machine)
        shophost.start_shop(machine)


def warm(lab: Lab) -> bool:
    """Whether every worker holds a connection to every host, counted on the hosts' side."""
    ours = layout.CONTROL["control"]
    return all(_logins(lab, name, ours) >= len(WORKERS) for name in HOSTS)


def _logins(lab: Lab, host: str, address: str) -> int:
    ask = ["ss", "-Htn", "state", "established", f"( sport = :22 and dst {address} )"]
    return len(lab.machines[host].run(ask).stdout.splitlines())


def _logs(lab: Lab) -> str:
    return "\n".join(f"--- {m.name}: {p.name}\n{p.tail(8)}" for m, p in lab.processes())
