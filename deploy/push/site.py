"""From inventory and keys to the machines that a push may touch, and the ways to reach them."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.blueprint import Blueprint
from deploy.keyring import Keyring
from deploy.program import program
from deploy.push.asking import etcd_asked, patroni_asked
from deploy.push.link import Link
from deploy.push.wanted import Wanted
from deploy.site import Placed
from jobs.inventory import Host, Inventory
from workers.ssh import load_key


def wanted_site(
    places: Mapping[str, Placed], blueprints: Mapping[str, Blueprint]
) -> dict[str, Wanted]:
    """Every machine with what it should be."""
    return {name: _wanted(place, blueprints[name]) for name, place in places.items()}


def links(site: Mapping[str, Wanted], inventory: Inventory, keyring: Keyring) -> dict[str, Link]:
    """How each machine is reached; raises MissingKeyError or BadKeyError."""
    keyring.ssh("push")
    key = load_key(keyring.folder / "ssh/push")
    return {
        name: Link(machine=name, host=_host(wanted.placed, inventory, keyring), key=key)
        for name, wanted in site.items()
    }


def _wanted(place: Placed, blueprint: Blueprint) -> Wanted:
    return Wanted(
        placed=place,
        blueprint=blueprint,
        program=program().digest if blueprint.program else None,
        etcd=etcd_asked(blueprint),
        patroni=patroni_asked(blueprint),
    )


def _host(place: Placed, inventory: Inventory, keyring: Keyring) -> Host:
    keys = place.host_keys or keyring.pins(place.name)
    return Host(
        address=place.ssh.host,
        port=place.ssh.port,
        user=inventory.deploy.user,
        host_keys=tuple(" ".join(key.split()[:2]) for key in keys),
    )
