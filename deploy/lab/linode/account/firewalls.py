"""Cloud Firewalls: rules and the devices they stand before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Form, Row, anything, many, number, one_of, text
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

DEVICE_KINDS = {
    "linodes": "linode",
    "nodebalancers": "nodebalancer",
    "linode_interfaces": "interface",
}
POLICY = one_of("ACCEPT", "DROP")
RULE = Form(
    members={
        "action": POLICY,
        "protocol": one_of("TCP", "UDP", "ICMP", "IPENCAP"),
        "ports": text(pattern=r"[0-9, \-]*"),
        "addresses": anything,
        "label": text(3, 32),
        "description": text(0, 100),
    },
    required=("action", "protocol"),
)
RULES = Form(
    members={
        "inbound": many(anything),
        "outbound": many(anything),
        "inbound_policy": POLICY,
        "outbound_policy": POLICY,
    }
)
DEVICES = Form(members={kind: many(number) for kind in DEVICE_KINDS})
LABEL = text(3, 32, pattern=r"[a-zA-Z0-9\-_.]*")
CREATE = Form(
    members={"label": LABEL, "rules": anything, "tags": many(text()), "devices": anything},
    required=("label", "rules"),
)
UPDATE = Form(
    members={"label": LABEL, "status": one_of("enabled", "disabled"), "tags": many(text())}
)
DEVICE = Form(
    members={"id": number, "type": one_of("linode", "nodebalancer", "interface")},
    required=("id", "type"),
)
OPEN: Row = {
    "inbound": [],
    "outbound": [],
    "inbound_policy": "ACCEPT",
    "outbound_policy": "ACCEPT",
}


def routes(world: World) -> list[Route]:
    desk, area = Firewalls(world), "firewall"
    path, one = "/networking/firewalls", "/networking/firewalls/<int:firewall>"
    device = f"{one}/devices/<int:device>"
    return [
        *usual(path, one, desk, area),
        Route("GET", f"{one}/rules", desk.rules, area),
        Route("PUT", f"{one}/rules", desk.set_rules, area),
        Route("GET", f"{one}/devices", desk.devices, area, collection=True),
        Route("POST", f"{one}/devices", desk.add_device, area),
        Route("GET", device, desk.device, area),
        Route("DELETE", device, desk.drop_device, area),
    ]


@dataclass(frozen=True, slots=True)
class Firewalls:
    """What one may do with firewalls."""

    world: World

    def all(self) -> Iterable[Row]:
        return [self.world.wall(row) for row in self.world.firewalls]

    def view(self, firewall: int) -> Row:
        return self.world.wall(self.world.firewalls.get(firewall))

    def create(self, body: object) -> Row:
        asked = CREATE.read(body)
        if self.world.firewalls.where(label=asked["label"]):
            raise refuse("Label must be unique", "label")
        devices = DEVICES.read(asked.pop("devices", {}))
        asked["rules"] = read_rules(asked["rules"])
        return self.world.wall(add(self.world, devices=devices, **asked))

    def update(self, firewall: int, body: object) -> Row:
        row = self.world.firewalls.get(firewall)
        row.update(UPDATE.read(body, partial=True), updated=self.world.now())
        self.world.tell("firewall_update", "firewall", row)
        return self.world.wall(row)

    def delete(self, firewall: int) -> Row:
        row = self.world.firewalls.get(firewall)
        for device in self.world.devices.where(firewall=firewall):
            self.world.devices.drop(device)
        self.world.firewalls.drop(row)
        self.world.tell("firewall_delete", "firewall", row)
        return {}

    def rules(self, firewall: int) -> Row:
        return dict(self.world.firewalls.get(firewall)["rules"])

    def set_rules(self, firewall: int, body: object) -> Row:
        row = self.world.firewalls.get(firewall)
        row["rules"] = {**read_rules(body), "version": row["rules"]["version"] + 1}
        self.world.tell("firewall_rules_update", "firewall", row)
        return dict(row["rules"])

    def devices(self, firewall: int) -> Iterable[Row]:
        self.world.firewalls.get(firewall)
        return [_shown(one) for one in self.world.devices.where(firewall=firewall)]

    def device(self, firewall: int, device: int) -> Row:
        return _shown(self.world.devices.get(device, firewall=firewall))

    def add_device(self, firewall: int, body: object) -> Row:
        row, asked = self.world.firewalls.get(firewall), DEVICE.read(body)
        kind = asked["type"]
        return _shown(self.world.attach(row, kind, self.world.table(kind).get(asked["id"])))

    def drop_device(self, firewall: int, device: int) -> Row:
        self.world.devices.drop(self.world.devices.get(device, firewall=firewall))
        return {}


def _shown(device: Row) -> Row:
    return {name: value for name, value in device.items() if name != "firewall"}


def read_rules(body: object) -> Row:
    rules = {**OPEN, **RULES.read(body)}
    for way in ("inbound", "outbound"):
        rules[way] = [RULE.read(rule) for rule in rules[way]]
    return {**rules, "version": 1, "fingerprint": "0" * 8}


def add(world: World, *, label: str, rules: Row, devices: Row | None = None, **more: Any) -> Row:
    """A firewall that was read before, before these linodes and nodebalancers (ids by kind)."""
    now = world.now()
    blank = {"status": "enabled", "tags": [], "created": now, "updated": now}
    row = world.firewalls.add(label=label, rules=rules, **{**blank, **more})
    for kinds, ids in (devices or {}).items():
        for number_ in ids:
            kind = DEVICE_KINDS[kinds]
            world.attach(row, kind, world.table(kind).get(number_))
    world.tell("firewall_create", "firewall", row)
    return row
