"""What an account holds from the start, as JSON: machines, firewalls, domains and NodeBalancers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.lab.linode.account import firewalls, machines, zones
from deploy.lab.linode.account.balancers import Balancers
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Row

KINDS = ("firewalls", "machines", "domains", "nodebalancers")


def sow(world: World, seed: Mapping[str, Any]) -> None:
    """Add what a seed names, without leaving events. Firewalls, domains (with `records`) and
    nodebalancers are bodies as the API takes them; machines have `label`, `ipv4`, and may have
    `firewall` (a label) and any member of a Linode. ValueError, or Refused as by the API."""
    if unknown := set(seed) - set(KINDS):
        raise ValueError(f"a seed has {', '.join(KINDS)}; not {', '.join(sorted(unknown))}")
    with world.lock:
        for body in seed.get("firewalls", []):
            asked = firewalls.CREATE.read(body)
            firewalls.add(world, label=asked["label"], rules=firewalls.read_rules(asked["rules"]))
        for body in seed.get("machines", []):
            add_machine(world, body)
        for body in seed.get("domains", []):
            _add_domain(world, body)
        for body in seed.get("nodebalancers", []):
            Balancers(world).create(body)
        world.forget_events()


def add_machine(world: World, body: Mapping[str, Any]) -> Row:
    """A machine; one with Linode interfaces has its firewall on its public interface."""
    members = dict(body)
    firewall = members.pop("firewall", None)
    if missing := {"label", "ipv4"} - set(members):
        raise ValueError(f"a machine needs {' and '.join(sorted(missing))}")
    machine = machines.add(world, members.pop("label"), members.pop("ipv4"), **members)
    kind, device = "linode", machine
    if machine["interface_generation"] == "linode":
        kind, device = "interface", machines.add_interface(world, machine)
    for wall in [] if firewall is None else _named(world, firewall):
        world.attach(wall, kind, device)
    return machine


def _named(world: World, label: str) -> list[Row]:
    if found := world.firewalls.where(label=label):
        return found
    raise ValueError(f"there is no firewall {label}")


def _add_domain(world: World, body: Mapping[str, Any]) -> None:
    members = dict(body)
    records = members.pop("records", [])
    zone = zones.add(world, zones.DOMAIN.read(members))
    for record in records:
        zones.add_record(world, zone, zones.RECORD.read(record))
