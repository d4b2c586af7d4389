"""The ground of a storm: real etcd, Redis, sshd and pgbaton, and a stand-in where PostgreSQL would be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from redis import Redis

from deploy.lab import layout, outside, pgbaton, redis, shophost
from deploy.lab.bench.bare import open_bare
from deploy.lab.bench.leaders import Leaders, start_standin
from deploy.lab.bench.storms import crowd
from deploy.lab.bench.waiting import waiting
from deploy.lab.etcd import etcd_healthy, start_etcd
from deploy.lab.keys import make_secrets
from deploy.lab.lab import Lab, loaded
from deploy.lab.machine import LabError
from deploy.lab.process import Process, wait_until
from deploy.lab.setting import Setting
from jobs.names import QUEUE
from workers.etcd import Gateway
from workers.redis import RedisLedger

MACHINES = ("operator", *layout.ETCD, "redis", "control", "outside", crowd.HOST)
WORKERS = 2
"""Workers of one machine, as an inventory has them that says nothing."""

CALM = 30.0
"""Seconds that pgbaton has for its start, besides one for each cluster."""


@dataclass(slots=True, kw_only=True)
class Ground:
    """Everything but pgbaton runs. `ours` are its processes, by what they are; `turns` says how many
    leaders each cluster has had."""

    lab: Lab
    leaders: Leaders
    ours: dict[str, list[Process]] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    client: Redis = field(init=False)
    ledger: RedisLedger = field(init=False)

    def __post_init__(self) -> None:
        """All state, and Redis itself, for the bench's own questions: it reads, and enqueues nothing."""
        self.client = redis.connect(self.lab.secrets.redis)
        self.ledger = RedisLedger(self.client, inventory=self.lab.inventory.digest)

    def settle(self, count: int, *, machines: int, warm: bool = False) -> None:
        """pgbaton from its start, for the first `count` clusters, with workers on so many machines; `warm`
        with a connection of each to every host and a script that waits there, else with none."""
        self.leave()
        over = {"ssh": {"warm": count if warm else 0}}
        text = crowd.inventory_toml(crowd.clusters(count), self.lab.secrets, over=over)
        self.lab.inventory_file.write_text(text)
        self.lab.inventory = loaded(text)
        told = self.accepted()
        self._start(machines)
        seconds = CALM + count
        wait_until("watch to be heard", lambda: self.accepted() - told >= count, seconds=seconds)
        wait_until("nothing to do", self.idle, seconds=seconds, step=0.5)
        least = count * len(self.ours["worker"]) if warm else 0
        wait_until("scripts that wait", lambda: self.scripts() >= least, seconds=seconds, step=0.5)

    def scripts(self) -> int:
        """Those of the workers on the hosts, each over a connection of its own."""
        return waiting(self.lab.machines[crowd.HOST])

    def idle(self) -> bool:
        """Whether no job waits and none runs: what was asked for at the start is done."""
        with self.client.pipeline(transaction=False) as pipe:
            for waits in (f"rq:queue:{QUEUE}", f"rq:queue:{QUEUE}:intermediate"):
                pipe.llen(waits)
            pipe.zcard(f"rq:wip:{QUEUE}")
            return not any(pipe.execute())

    def accepted(self) -> int:
        """Events that the webhook has accepted so far, repeated ones too."""
        log = self.lab.machines["control"].folder / "access.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum(line.startswith("202 ") for line in lines)

    def leave(self) -> None:
        """End pgbaton's processes; what they know stays in Redis and etcd."""
        for process in (one for some in self.ours.values() for one in some):
            process.stop(grace=20)
        self.ours.clear()

    def _start(self, machines: int) -> None:
        lab, control = self.lab, self.lab.machines["control"]
        self.ours["web"] = [pgbaton.start_web(lab)]
        self.ours["chronicle"] = [pgbaton.start_chronicle(lab)]
        self.ours["worker"] = [
            pgbaton.start(lab, lab.machines[name], f"worker-{number}", "worker")
            for name in list(crowd.WORKS)[:machines]
            for number in range(1, WORKERS + 1)
        ]
        for name in ("watch", "clock"):
            self.ours[name] = [pgbaton.start(lab, control, name, name)]


@contextmanager
def open_ground(most: int, *, machines: int) -> Iterator[Ground]:
    """Ground for at most so many clusters, and workers on at most so many machines; nobody leads yet."""
    secrets = make_secrets(senders=("watch", "probe"), hosts=(crowd.HOST,))
    works = dict(list(crowd.WORKS.items())[:machines])
    with open_bare(
        crowd.inventory_toml(crowd.clusters(1), secrets),
        secrets=secrets,
        setting=Setting(light=1, machines={**crowd.STANDIN, **works}),
        machines=(*MACHINES, *crowd.STANDIN, *works),
    ) as lab:
        yield _risen(lab, crowd.clusters(most))


def _risen(lab: Lab, names: Sequence[str]) -> Ground:
    _route(lab)
    outside.start_outside(lab)
    for name in layout.ETCD:
        start_etcd(lab.machines[name], lab.inventory)
    redis.start_redis(lab.machines["redis"], lab.secrets.redis)
    start_standin(lab.machines["standin"], [one for name in names for one in crowd.seats(name)])
    _start_hosts(lab, names)
    gateway = Gateway([f"http://{address}:2379" for address in layout.ETCD.values()])
    wait_until("etcd", lambda: all(map(etcd_healthy, layout.ETCD.values())), seconds=30)
    wait_until("Redis", lambda: redis.answers(lab.secrets.redis), seconds=10)
    ground = Ground(lab=lab, leaders=Leaders(gateway))
    ground.leaders.found([one for name in names for one in crowd.seats(name)])
    return ground


def _route(lab: Lab) -> None:
    """Two machines answer at every address of a network of their own."""
    for owner, network in (("standin", crowd.SEATS), (crowd.HOST, crowd.HOSTS)):
        for name, machine in lab.machines.items():
            way = ("via", lab.machines[owner].address) if name != owner else ("dev", "lo")
            kind = ("local",) if name == owner else ()
            done = machine.run(["ip", "route", "add", *kind, network, *way])
            if done.returncode:
                raise LabError(f"no way from {name} to {network}: {done.stderr.strip()}")


def _start_hosts(lab: Lab, names: Sequence[str]) -> None:
    """A file for each cluster's application, and one sshd before all of them."""
    machine = lab.machines[crowd.HOST]
    for name in names:
        folder = machine.folder / crowd.env_file(name).lstrip("/").rpartition("/")[0]
        folder.mkdir(mode=0o755)
        file = folder / ".env"
        file.write_text("APP_NAME=crowd\nDB_HOST=nowhere\nDB_PORT=5432\n")
        for path in (folder, file):
            shutil.chown(path, shophost.SHOP.number, shophost.SHOP.number)
    shophost.start_sshd(machine)
