"""The ground of a fan-out: real etcd, Redis and hosts, and a stand-in where PostgreSQL would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.lab import layout, redis
from deploy.lab.bench.bare import open_bare
from deploy.lab.bench.fanned.hosts import Host, Hosts, known, start_hosts
from deploy.lab.bench.fanned.tables import (
    ADDRESSES,
    STANDIN,
    Fleet,
    inventory_toml,
    seats,
)
from deploy.lab.bench.leaders import Leaders, start_standin
from deploy.lab.etcd import all_healthy, start_etcd
from deploy.lab.keys import make_secrets
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import wait_until
from deploy.lab.setting import Setting
from workers.etcd import Gateway

MACHINES = ("operator", *layout.ETCD, "redis", "control", STANDIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything but pgbaton runs, and nobody leads yet."""

    lab: Lab
    fleet: Fleet
    hosts: Hosts
    leaders: Leaders


@contextmanager
def open_ground(fleet: Fleet, others: Sequence[str]) -> Iterator[Ground]:
    """Ground for these clusters, whose hosts have a file for each of `others` besides."""
    everybody = tuple({host.name: host for its in fleet.values() for host in its}.values())
    secrets = make_secrets(senders=("watch", "probe"), hosts=tuple(host.name for host in everybody))
    with open_bare(
        inventory_toml(fleet, secrets, warm=0),
        secrets=secrets,
        setting=Setting(machines={STANDIN: ADDRESSES[0]}),
        machines=MACHINES,
    ) as lab:
        yield _risen(lab, fleet, everybody, others)


def _risen(lab: Lab, fleet: Fleet, everybody: Sequence[Host], others: Sequence[str]) -> Ground:
    for name in layout.ETCD:
        start_etcd(lab.machines[name], lab.inventory)
    redis.start_redis(lab.machines["redis"], lab.secrets.redis)
    hosts = start_hosts(lab, everybody, (*fleet, *others))
    control = lab.machines["control"]
    (control.folder / "known_hosts").write_text("".join(known(everybody, lab.secrets)))
    places = [seat for both in seats(fleet).values() for seat in both]
    _sit(lab)
    start_standin(lab.machines[STANDIN], places)
    wait_until("etcd", all_healthy, seconds=30)
    wait_until("Redis", lambda: redis.answers(lab.secrets.redis), seconds=10)
    gateway = Gateway([f"http://{address}:2379" for address in layout.ETCD.values()])
    ground = Ground(lab=lab, fleet=fleet, hosts=hosts, leaders=Leaders(gateway))
    ground.leaders.found(places)
    return ground


def _sit(lab: Lab) -> None:
    """The stand-in's second address."""
    done = lab.machines[STANDIN].run(["ip", "addr", "add", f"{ADDRESSES[1]}/24", "dev", "eth0"])
    if done.returncode:
        raise LabError(f"the stand-in has one address only: {done.stderr.strip()}")
