"""Each process of the lab by its name, started as at the lab's rise: without it only whoever wrote the rise could heal a kill."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deploy.lab import etcd, mux, outside, patroni, pgbaton, redis, sentinel, shophost
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError, Machine
from deploy.lab.process import Process

Start = Callable[[Lab, Machine], Process]


def start_again(lab: Lab, machine: str, process: str) -> Process:
    """Start a process that died, with the files and data that it had. LabError for an unknown name."""
    start = STARTS.get(process.partition("-")[0])
    if start is None:
        raise LabError(f"the lab does not know how {process} is started")
    return start(lab, lab.machines[machine]) if process in STARTS else _numbered(lab, process)


def _numbered(lab: Lab, process: str) -> Process:
    """One of several of a kind, such as worker-2."""
    return pgbaton.start(lab, lab.machines["control"], process, process.partition("-")[0])


def _patroni(lab: Lab, machine: Machine) -> Process:
    return patroni.restart_patroni(machine, machine.folder / "patroni.yml", lab.program)


def _redis(lab: Lab, machine: Machine) -> Process:
    if sentinel.watched(lab):
        return sentinel.start_server(machine, lab.secrets.redis)
    return redis.start_redis(machine, lab.secrets.redis, movable=lab.setting.redis == "movable")


def _ours(name: str) -> Start:
    return lambda lab, machine: pgbaton.start(lab, machine, name, name)


STARTS: Mapping[str, Start] = {
    "patroni": _patroni,
    "mux": lambda lab, machine: mux.start_mux(machine, lab.inventory),
    "etcd": lambda lab, machine: etcd.start_etcd(machine, lab.inventory),
    "redis": _redis,
    "web": lambda lab, _: pgbaton.start_web(lab),
    "pages": lambda lab, _: pgbaton.start_pages(lab),
    "sshd": lambda _, machine: shophost.start_sshd(machine),
    "shop": lambda _, machine: shophost.start_shop(machine),
    "slack": lambda lab, _: outside.start_outside(lab),
    **{name: _ours(name) for name in ("worker", "watch", "clock", "probe", "chronicle")},
}
