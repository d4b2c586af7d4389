"""Placement groups: Linodes that must not share a host, as many as the region allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Form, Row, many, number, one_of, text
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

LABEL = text(1, 64, pattern=r"[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?")
CREATE = Form(
    members={
        "label": LABEL,
        "region": text(1),
        "placement_group_type": one_of("anti_affinity:local"),
        "placement_group_policy": one_of("strict", "flexible"),
    },
    required=("label", "region", "placement_group_type", "placement_group_policy"),
)
UPDATE = Form(members={"label": LABEL})
LINODES = Form(members={"linodes": many(number)}, required=("linodes",))


def routes(world: World) -> list[Route]:
    desk, area = Groups(world), "linodes"
    path, one = "/placement/groups", "/placement/groups/<int:group>"
    return [
        *usual(path, one, desk, area),
        Route("POST", f"{one}/assign", desk.assign, area),
        Route("POST", f"{one}/unassign", desk.unassign, area),
    ]


@dataclass(frozen=True, slots=True)
class Groups:
    """What one may do with placement groups."""

    world: World

    def all(self) -> Iterable[Row]:
        return [shown(self.world, row) for row in self.world.groups]

    def view(self, group: int) -> Row:
        return shown(self.world, self.world.groups.get(group))

    def create(self, body: object) -> Row:
        asked = CREATE.read(body)
        self.world.region(asked["region"], needs="Placement Group")
        self._unique(asked["label"])
        return shown(self.world, self.world.groups.add(**asked))

    def update(self, group: int, body: object) -> Row:
        row, asked = self.world.groups.get(group), UPDATE.read(body, partial=True)
        if asked.get("label", row["label"]) != row["label"]:
            self._unique(asked["label"])
        row.update(asked)
        return shown(self.world, row)

    def delete(self, group: int) -> Row:
        row = self.world.groups.get(group)
        if members(self.world, row):
            raise refuse("Placement group must be empty to be deleted")
        self.world.groups.drop(row)
        return {}

    def assign(self, group: int, body: object) -> Row:
        row = self.world.groups.get(group)
        for linode in LINODES.read(body)["linodes"]:
            join(self.world, self.world.machines.get(linode), group)
        return shown(self.world, row)

    def unassign(self, group: int, body: object) -> Row:
        row = self.world.groups.get(group)
        for linode in LINODES.read(body)["linodes"]:
            self.world.machines.get(linode)["placement_group"] = None
        return shown(self.world, row)

    def _unique(self, label: str) -> None:
        if self.world.groups.where(label=label):
            raise refuse("Label must be unique", "label")


def join(world: World, machine: Row, group: int) -> None:
    """Let a Linode into a group of its region that has room."""
    row = world.groups.get(group)
    if row["region"] != machine["region"]:
        raise refuse("The placement group is in another region", "placement_group")
    limits = world.region(row["region"])["placement_group_limits"]
    if len(members(world, row)) >= limits["maximum_linodes_per_pg"]:
        raise refuse("The placement group is at its maximum capacity", "placement_group")
    machine["placement_group"] = {
        "id": row["id"],
        "label": row["label"],
        "placement_group_type": row["placement_group_type"],
        "placement_group_policy": row["placement_group_policy"],
    }


def members(world: World, group: Row) -> list[Row]:
    return [m for m in world.machines if (m["placement_group"] or {}).get("id") == group["id"]]


def shown(world: World, group: Row) -> Row:
    mine = [{"linode_id": m["id"], "is_compliant": True} for m in members(world, group)]
    return {**group, "is_compliant": True, "members": mine}
