"""How booted machines become a lab, in reading order: keys, boot, push, and the shop's own people."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from deploy.lab import layout, outside, patroni, pgbaton
from deploy.lab.door import open_door
from deploy.lab.ground import lab_folder
from deploy.lab.inventory import Profile, endpoints_of
from deploy.lab.lab import Lab, Say, deaf, pull_every_plug, switch
from deploy.lab.machine import LabError
from deploy.lab.machines.able import unable
from deploy.lab.machines.booted import Booted
from deploy.lab.machines.booting import boot
from deploy.lab.machines.cgroups import remove_cgroups, sweep_cgroups
from deploy.lab.machines.image import image
from deploy.lab.machines.packages import packages
from deploy.lab.machines.secrets import secrets_of
from deploy.lab.machines.shophost import first_address, point
from deploy.lab.machines.site import BOOTED, PUSHED, Site, make_site, plan
from deploy.lab.network import standing_in
from deploy.lab.patroni import SHOP_SQL, PatroniProgram
from deploy.lab.process import wait_for, wait_until
from deploy.lab.rise import shops_open, start_orders
from deploy.lab.setting import Setting

PLAIN = (*layout.OPERATOR, *layout.OUTSIDE)
"""Who stands outside of what is proven: the operator's desk and the world."""
PUSHING = 300.0


@contextmanager
def open_machines(profile: Profile, say: Say) -> Iterator[tuple[Lab, Booted]]:
    """Boot every node, with nothing of ours on it yet; this thread stands where pgbaton's own processes
    will run: the firewalls let nobody else ask etcd, Patroni or Redis.

    Leaving the block, however, ends everything that runs on them and removes their disks.
    """
    reason = unable()
    if reason is not None:
        raise LabError(f"no machine can boot here: {reason}")
    with open_door() as door, lab_folder() as folder:
        sweep_cgroups()
        site = make_site(folder / "site", profile, pages=layout.PAGES)
        lab = Lab(
            folder=folder,
            profile=profile,
            inventory=site.outside,
            secrets=secrets_of(site.keyring),
            program=PatroniProgram(version=3),
            switch=switch(folder),
            endpoints=endpoints_of("leader"),
            setting=Setting(),
            door=door,
        )
        with image(packages(site), say) as disk:
            booted = lab.footing = Booted(lab, site, disk)
            try:
                _boot(lab, site, disk, say)
                with standing_in(lab.machines["control"]):
                    yield lab, booted
            finally:
                with deaf():
                    pull_every_plug(lab)
                    remove_cgroups(folder.name)


def _boot(lab: Lab, site: Site, disk: Path, say: Say) -> None:
    began = time.monotonic()
    lab.boot(PLAIN)
    plans = [plan(lab.folder, name, site) for name in BOOTED]
    booted = boot(plans, disk, lab.switch.join)
    lab.machines |= {machine.name: machine for machine in booted}
    say(f"{len(booted)} machines boot Debian ({time.monotonic() - began:.1f} s)")


def rise(lab: Lab, site: Site, say: Say) -> str:
    """Bring everything up by push alone; return the leader's name."""
    outside.start_outside(lab)
    _step(say, "they answer to SSH", lambda: answering(PUSHED))
    _step(say, "pgbaton push brought every machine to its blueprint", lambda: push(lab, site))
    _step(say, "a second look finds nothing to change", lambda: push(lab, site, "--check"))
    lab.door.lead("127.0.0.1", layout.PAGES_PORT)
    say(f"page  {lab.door.url}/  (password: {lab.secrets.viewer})")
    ask = lab.footing.rest
    _step(say, "a leader, followed synchronously", lambda: _until(partial(_synchronous, lab)))
    leader = wait_for("a leader", partial(patroni.leader, ask), seconds=60, step=0.2)
    say(f"{leader} leads")
    _migrate(lab, leader)
    _step(say, "the shops are open", lambda: _open(lab, leader))
    start_orders(lab)
    say("customers order, ten a second at each shop")
    return leader


def push(lab: Lab, site: Site, *options: str) -> None:
    """`pgbaton push`, as an operator runs it at their own desk; LabError with what it said."""
    process = lab.machines["operator"].start(
        " ".join(["push", *options]),
        [pgbaton.program("pgbaton"), "push", *options],
        env={**pgbaton.PYTHON, "PGBATON_INVENTORY": str(site.file)},
    )
    code = process.outer.wait(timeout=PUSHING)
    if code:
        raise LabError(f"pgbaton push ended with {code}:\n{process.tail(40)}")


def _step(say: Say, text: str, done: Callable[[], None]) -> None:
    began = time.monotonic()
    done()
    say(f"{text} ({time.monotonic() - began:.1f} s)")


def answering(names: Sequence[str]) -> None:
    """Wait until these machines let somebody in who may."""
    for name in names:
        wait_until(f"sshd of {name}", partial(_knock, name), seconds=60, step=0.1)


def _knock(name: str) -> bool:
    try:
        with socket.create_connection((layout.ADDRESSES[name], 22), timeout=1) as line:
            return line.recv(4) == b"SSH-"
    except OSError:
        return False


def _until(done: Callable[[], bool]) -> None:
    wait_until("synchronous replication", done, seconds=90, step=0.2)


def _synchronous(lab: Lab) -> bool:
    return patroni.synchronous(lab.footing.rest)


def _migrate(lab: Lab, leader: str) -> None:
    """What the shop's own people do once: its table, made by its own role in its own database."""
    table = SHOP_SQL.read_text().partition("\\connect shop\n")[2]
    with psycopg.connect(
        host=layout.MEMBERS[leader],
        port=layout.POSTGRESQL_PORT,
        dbname="shop",
        user="shop",
        password=lab.secrets.shop,
        sslmode="require",
        connect_timeout=5,
    ) as connection:
        connection.execute(table)


def _open(lab: Lab, leader: str) -> None:
    """The shop that nobody moves is pointed by hand; the others were found by pgbaton."""
    for name in layout.UNMANAGED:
        machine = lab.machines[name]
        point(machine.folder / "disk", name, first_address(leader), lab.secrets.shop)
        machine.run(["systemctl", "restart", "php8.2-fpm"])
    wait_until("the shops", shops_open, seconds=60)
