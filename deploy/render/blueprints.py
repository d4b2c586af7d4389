"""Every machine's blueprint: what each part puts on it, in the order in which it is put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TypeVar

from deploy.blueprint import Blueprint
from deploy.keyring import Keyring
from deploy.render.machine.accounts import accounts
from deploy.render.machine.cloudinit import cloud_init
from deploy.render.machine.database import database
from deploy.render.machine.etcd import etcd
from deploy.render.machine.firewall import firewall
from deploy.render.machine.hook import hook
from deploy.render.machine.isolation import isolation
from deploy.render.machine.laravel import laravel
from deploy.render.machine.mux import mux
from deploy.render.machine.processes import processes
from deploy.render.machine.redis import redis
from deploy.render.machine.remote import remote
from deploy.render.machine.scene import Scene
from deploy.render.machine.seat import seat
from deploy.render.machine.ssh import ssh
from deploy.render.ordered import ordered
from deploy.site import Placed, placed
from jobs.inventory import Inventory

Item = TypeVar("Item")

PARTS = (
    accounts,  # first: others' files belong to these accounts
    ssh,
    firewall,
    redis,
    etcd,
    hook,  # Patroni calls it as it starts
    database,
    isolation,
    mux,
    processes,
    seat,
    remote,
    laravel,
)
"""Each is asked of every machine, and adds nothing where it has nothing to do."""


def blueprints(inventory: Inventory, keyring: Keyring) -> Mapping[str, Blueprint]:
    """Every machine by its name; the same inventory in another order gives the same bytes. Raises CannotPlace or CannotRender where the inventory lacks something, and
    MissingKeyError where the keyring does; each message says what to do."""
    told = ordered(inventory)
    scene = Scene(inventory=told, keyring=keyring, places=placed(told))
    return {name: _blueprint(scene, here) for name, here in scene.places.items()}


def _blueprint(scene: Scene, here: Placed) -> Blueprint:
    shares = [part(scene, here) for part in PARTS]
    packages = _once(chain.from_iterable(s.packages for s in shares))
    units = _once(chain.from_iterable(s.units for s in shares))
    shares.append(cloud_init(scene, here, packages=packages, units=units))
    return Blueprint(
        machine=here.name,
        files=tuple(chain.from_iterable(s.files for s in shares)),
        units=units,
        packages=packages,
        program=bool(here.ours),
        fragments={name: f for s in shares for name, f in s.fragments.items()},
    )


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
