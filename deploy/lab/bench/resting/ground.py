"""A lab that rests: so many quiet clusters, every process of ours, and nothing that happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.lab import outside, pgbaton
from deploy.lab.bench.leaders import Leaders, start_standin
from deploy.lab.bench.resting import hosts
from deploy.lab.bench.resting.fed import Feeder
from deploy.lab.bench.resting.fronts import start_fronts
from deploy.lab.bench.resting.world import (
    FOLLOWERS,
    LEADERS,
    REPLICAS,
    SEATS,
    Size,
    inventory_of,
    leader_of,
    replica_of,
)
from deploy.lab.inventory import PROFILES
from deploy.lab.keys import KeyPair
from deploy.lab.lab import Lab, open_lab
from deploy.lab.machine import LabError, Plan, boot
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import Process, wait_until
from deploy.lab.rise import start_state
from deploy.lab.setting import Setting
from jobs.inventory import BadInventory, load_inventory
from jobs.ports import Ledger
from workers.secrets import Secrets
from workers.store import ledger_of
from workers.ways import gateway_of

Say = Callable[[str], None]

OURS = ("web", "pages", "worker-1", "worker-2", "watch", "probe", "clock", "chronicle")
"""The processes that are looked at, by the lab's names."""
SETTLES = 1800.0
"""Seconds that all first incidents together may take."""
STILL = 15.0
"""Seconds without anything new after which it counts as quiet."""


@dataclass(slots=True, kw_only=True)
class Rest:
    """A lab at rest, with somebody who writes what Patroni writes."""

    lab: Lab
    size: Size
    ledger: Ledger
    feeder: Feeder

    @property
    def processes(self) -> Mapping[str, Process]:
        """Ours, by name."""
        found = {p.name: p for p in self.lab.machines["control"].processes}
        return {name: found[name] for name in OURS}

    def pids(self) -> Mapping[str, int]:
        """The same by process id; LabError where one is gone."""
        pids = {name: process.pid for name, process in self.processes.items()}
        gone = [name for name, pid in pids.items() if pid is None]
        if gone:
            raise LabError(f"{', '.join(gone)} ended: {self.processes[gone[0]].tail()}")
        return {name: pid for name, pid in pids.items() if pid is not None}


@contextmanager
def resting(size: Size, say: Say) -> Iterator[Rest]:
    """Bring all of it up, wait until every cluster's first incident is over and told, and nothing moves."""
    setting, profile = Setting(endpoint="nodebalancer"), PROFILES["default"]
    with open_lab(profile=profile, program=PatroniProgram(version=4), setting=setting) as lab:
        rest = _risen(lab, size, say)
        rest.feeder.begin()
        try:
            _until_quiet(rest, say)
            yield rest
        finally:
            rest.feeder.end()


def _risen(lab: Lab, size: Size, say: Say) -> Rest:
    key = KeyPair()
    _rewrite(lab, inventory_of(size, lab.secrets, host_key=key.ssh_public))
    outside.start_outside(lab)
    start_state(lab)
    hosts.start_hosts(lab, size, key)
    _seat(lab, size)
    _lead_there(lab)
    start_fronts(lab, size)
    say(
        f"{size.clusters} clusters, {size.hosts} hosts and {size.balancers} NodeBalancers are there"
    )
    secrets = Secrets({"PGBATON_REDIS_PASSWORD": lab.secrets.redis})
    gateway = gateway_of("main", lab.inventory.etcd["main"], secrets)
    _lead(Leaders(gateway), size)
    pgbaton.start_web(lab)
    pgbaton.start_pages(lab)
    pgbaton.start_chronicle(lab)
    pgbaton.start_others(lab)
    return Rest(
        lab=lab,
        size=size,
        ledger=ledger_of(lab.inventory, secrets),
        feeder=Feeder(gateway, size.names),
    )


def _rewrite(lab: Lab, text: str) -> None:
    """This inventory in place of the lab's own; nothing has read that yet."""
    inventory = load_inventory(text)
    if isinstance(inventory, BadInventory):
        raise LabError(f"a bench wrote a bad inventory:\n{inventory}")
    lab.inventory_file.write_text(text)
    lab.inventory = inventory


def _seat(lab: Lab, size: Size) -> None:
    """One machine answers for all members."""
    [machine] = boot([Plan(name="seats", address=SEATS, folder=lab.folder / "seats")])
    lab.switch.join([machine])
    lab.machines["seats"] = machine
    start_standin(machine, [leader_of(name) for name in size.names])


def _lead_there(lab: Lab) -> None:
    """Two machines have whole networks for their own; who asks there finds them by one way."""
    for machine, networks in (("seats", (LEADERS, REPLICAS)), (hosts.NAME, (FOLLOWERS,))):
        for network in networks:
            here = ["ip", "route", "add", "local", f"{network}.0.0/16", "dev", "lo"]
            lab.machines[machine].run(here)
            way = ["ip", "route", "add", f"{network}.0.0/16", "via", lab.machines[machine].address]
            for asker in ("control", hosts.NAME):
                lab.machines[asker].run(way)


def _lead(leaders: Leaders, size: Size) -> None:
    seats = [leader_of(name) for name in size.names]
    leaders.found([*seats, *map(replica_of, size.names)])
    leaders.elect(seats)


def _until_quiet(rest: Rest, say: Say) -> None:
    began = time.monotonic()
    _until_settled(rest)
    say(f"every first incident is over after {time.monotonic() - began:.0f} s")
    wait_until("nothing to move any more", Stillness(rest), seconds=SETTLES, step=1)
    rest.pids()


def _until_settled(rest: Rest) -> None:
    """Whoever has settled is not asked for again."""
    left = list(rest.size.names)

    def settled() -> bool:
        left[:] = unsettled(rest.ledger, left)
        return not left

    try:
        wait_until("every first incident to be over", settled, seconds=SETTLES, step=2)
    except TimeoutError as error:
        raise LabError(f"{error}: {left[0]} says {rest.ledger.state(left[0])}") from None


def unsettled(ledger: Ledger, clusters: Sequence[str]) -> list[str]:
    """The clusters that are not at rest yet."""
    states = (ledger.state(cluster) for cluster in clusters)
    return [s.cluster for s in states if s.incident is not None or s.settled.fence is None]


class Stillness:
    """True once neither the trails nor Slack's channel moved for STILL seconds."""

    def __init__(self, rest: Rest, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest, self._clock = rest, clock
        self._seen: object = None
        self._since = clock()

    def __call__(self) -> bool:
        now = self._clock()
        seen = self._look()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since >= STILL

    def _look(self) -> object:
        heads = self._rest.ledger.heads(self._rest.size.names)
        return ({c: head.seq for c, head in heads.items()}, repr(outside.channel()))
