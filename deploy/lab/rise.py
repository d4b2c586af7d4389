"""How a lab comes up, in reading order: etcd and Redis, the database, pgbaton, the shops, orders."""

from __future__ import annotations

import sys

from deploy.lab import (
    front,
    layout,
    mux,
    outside,
    patroni,
    pgbaton,
    redis,
    sentinel,
    shophost,
    starting,
)
from deploy.lab.etcd import all_healthy, start_etcd
from deploy.lab.lab import Lab, Say
from deploy.lab.machine import LabError
from deploy.lab.process import wait_for, wait_until
from jobs.inventory import Address


def rise(lab: Lab, say: Say) -> str:
    """Bring everything up; return the leader's name. LabError shows the logs of what did not."""
    try:
        return _rise(lab, say)
    except TimeoutError as error:
        raise LabError(f"{error}\n{_logs(lab)}") from None


def _rise(lab: Lab, say: Say) -> str:
    for before in lab.setting.first:
        before(lab)
    outside.start_outside(lab)
    start_state(lab)
    say("etcd and Redis are up")
    pgbaton.start_web(lab)
    pgbaton.start_pages(lab)
    pgbaton.start_chronicle(lab)
    start_database(lab)
    wait_until("the pages", lambda: pgbaton.pages_answer(lab), seconds=60)
    say(f"page  {lab.door.url}/  (password: {lab.secrets.viewer})")
    leader = first_leader()
    say(f"{leader} leads")
    if lab.balanced:
        front.start_front(lab)
        say(f"a NodeBalancer at {layout.BALANCER_ADDRESS} leads to it")
    start_shops(lab, leader)
    for further in lab.setting.also:
        further(lab)
    pgbaton.start_others(lab)
    if lab.balanced:
        front.until_led(lab)
    wait_until("synchronous replication", patroni.synchronous, seconds=60, step=0.2)
    say("two replicas follow, one of them synchronously")
    wait_until("the shops", shops_open, seconds=60)
    start_orders(lab)
    if lab.balanced:
        front.start_counter(lab)
    say("customers order, ten a second at each shop")
    return leader


def start_state(lab: Lab) -> None:
    """etcd and Redis, which everything else needs."""
    for name in layout.ETCD:
        start_etcd(lab.machines[name], lab.inventory)
    if sentinel.watched(lab):
        sentinel.start_pair(lab)
    else:
        starting.start_again(lab, "redis", "redis")
    wait_until("etcd", all_healthy, seconds=60)
    wait_until("Redis", lambda: redis.answers(lab.secrets.redis), seconds=30)


def start_database(lab: Lab) -> None:
    """On each member its mux and its Patroni, in any order: the mux refuses until Patroni leads."""
    for name in layout.MEMBERS:
        mux.start_mux(lab.machines[name], lab.inventory)
        patroni.start_patroni(lab.machines[name], lab.inventory, lab.secrets, lab.program)


def first_leader() -> str:
    return wait_for("a first leader", patroni.leader, seconds=60, step=0.1)


def start_shops(lab: Lab, leader: str) -> None:
    for name in (*lab.hosts, *layout.UNMANAGED):
        machine = lab.machines[name]
        shophost.write_env(machine, _endpoint(lab, name, leader), lab.secrets)
        shophost.start_sshd(machine)
        shophost.start_shop(machine)


def _endpoint(lab: Lab, host: str, leader: str) -> Address:
    if lab.behind(host):
        return Address(host=layout.BALANCER_ADDRESS, port=layout.BALANCER_PORT)
    return Address(host=layout.MEMBERS[leader], port=layout.POSTGRESQL_PORT)


def shops_open() -> bool:
    return all(shophost.healthz(name) for name in (*layout.SHOPS, *layout.UNMANAGED))


def start_orders(lab: Lab) -> None:
    shops = {**layout.SHOPS, **layout.UNMANAGED}
    command = [sys.executable, "-m", "deploy.lab.orders", str(lab.history_file)]
    lab.machines["operator"].start(
        "orders",
        [*command, *(f"{name}={address}" for name, address in shops.items())],
        env=pgbaton.PYTHON,
    )


def _logs(lab: Lab) -> str:
    parts = (f"--- {m.name}: {p.name}\n{p.tail()}" for m, p in lab.processes())
    return "\n".join(parts)
