"""A Linode is created: everything it is to have is there already, or nothing is made at all."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from deploy.lab.linode.account import machines, networks, placement
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import (
    Form,
    Row,
    anything,
    flag,
    many,
    nullable,
    number,
    one_of,
    text,
)
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route

LABEL = text(3, 64, pattern=r"[A-Za-z0-9](?:[A-Za-z0-9]|[_.-](?![_.-]))*[A-Za-z0-9]")
USER_DATA = 16_384
"""Bytes of user data that are taken."""

CREATE = Form(
    members={
        "label": LABEL,
        "region": text(1),
        "type": text(1),
        "image": nullable(text(1)),
        "authorized_keys": many(text(1)),
        "root_pass": text(7, 128),
        "booted": flag,
        "backups_enabled": flag,
        "firewall_id": nullable(number),
        "interface_generation": nullable(one_of("legacy_config", "linode")),
        "interfaces": many(anything),
        "metadata": anything,
        "placement_group": anything,
        "private_ip": flag,
        "tags": many(text(1)),
    },
    required=("region", "type"),
)
METADATA = Form(members={"user_data": text()})
GROUP = Form(members={"id": number}, required=("id",))
INTERFACE = Form(
    members={
        "purpose": one_of("vpc"),
        "subnet_id": number,
        "primary": flag,
        "ipv4": anything,
    },
    required=("purpose", "subnet_id", "ipv4"),
)
IPV4 = Form(members={"vpc": text(1), "nat_1_1": nullable(one_of("any"))}, required=("vpc",))


def routes(world: World) -> list[Route]:
    return [Route("POST", "/linode/instances", Births(world).create, "linodes")]


@dataclass(frozen=True, slots=True)
class Births:
    """What one may create. Of interfaces the double knows the old kind alone, in a VPC."""

    world: World

    def create(self, body: object) -> Row:
        asked = CREATE.read(body)
        self._offered(asked)
        data = METADATA.read(asked.get("metadata", {})).get("user_data", "")
        _readable(data)
        if len(list(self.world.machines)) >= self.world.most_machines:
            raise refuse("Account Limit reached. Please open a support ticket.")
        row = self._add(asked, has_user_data=bool(data))
        for one in asked.get("interfaces", []):
            self._wire(row, INTERFACE.read(one))
        if "placement_group" in asked:
            placement.join(self.world, row, GROUP.read(asked["placement_group"])["id"])
        if asked.get("firewall_id") is not None:
            self.world.attach(self.world.firewalls.get(asked["firewall_id"]), "linode", row)
        self.world.boot(row)
        self.world.tell("linode_create", "linode", row, status="finished")
        return self.world.alive(row)

    def _offered(self, asked: Row) -> None:
        """Refuse what the catalogue does not have, and a label that is taken."""
        catalogue = self.world.catalogue
        self.world.region(asked["region"], needs="Linodes")
        if asked["type"] not in {plan["id"] for plan in catalogue.plans}:
            raise refuse("A valid plan type by that ID was not found", "type")
        if asked.get("image") is not None:
            if asked["image"] not in catalogue.images:
                raise refuse("image is not valid", "image")
            if not asked.get("authorized_keys") and "root_pass" not in asked:
                raise refuse("root_pass, authorized_keys or authorized_users is required", "image")
        if any(re.match("(ssh|ecdsa)-", key) is None for key in asked.get("authorized_keys", [])):
            raise refuse("SSH key is not valid", "authorized_keys")
        if self.world.machines.where(label=asked.get("label")):
            raise refuse("Label must be unique among your linodes", "label")

    def _add(self, asked: Row, *, has_user_data: bool) -> Row:
        members = {n: asked[n] for n in ("region", "type", "image", "tags") if n in asked}
        row = machines.add(
            self.world,
            asked.get("label", ""),
            [self.world.public_address()],
            has_user_data=has_user_data,
            **members,
        )
        row["label"] = row["label"] or f"linode{row['id']}"
        return row

    def _wire(self, machine: Row, interface: Row) -> None:
        ipv4 = IPV4.read(interface["ipv4"])
        nat = machine["ipv4"][0] if ipv4.get("nat_1_1") == "any" else None
        networks.lease(
            self.world, machine, subnet=interface["subnet_id"], address=ipv4["vpc"], nat=nat
        )


def _readable(data: str) -> None:
    where = "metadata.user_data"
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise refuse("user_data must be base64-encoded", where) from None
    if len(decoded) > USER_DATA:
        raise refuse(f"decoded user_data must not exceed {USER_DATA} bytes", where)
