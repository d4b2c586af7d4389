"""What the lab does to its Linode: faults, limits, events, and machines that come and go."""

from __future__ import annotations

import dataclasses
import time
from typing import Protocol

from flask import request

from deploy.lab.linode.account import machines
from deploy.lab.linode.account.seed import add_machine
from deploy.lab.linode.account.world import World
from deploy.lab.linode.control.forms import (
    EVENT,
    FAULTS,
    GONE,
    LIMITS,
    MACHINE,
    MODES,
    NODE,
    TOKEN,
)
from deploy.lab.linode.faults.front import Front
from deploy.lab.linode.rest.access import Token
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.limits import Meter
from deploy.lab.linode.rest.refusal import not_found
from deploy.lab.linode.traffic.plane import Plane


class Linode(Protocol):
    """What the hand reaches of the double."""

    world: World
    tokens: list[Token]
    plane: Plane | None
    meter: Meter
    gone: str | None
    front: Front

    def go(self, how: str | None) -> None:
        """Be gone, or come back."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hand:
    """What the lab may do with the double."""

    linode: Linode

    def requests(self) -> Row:
        since = float(request.args.get("since", 0))
        return {"requests": [one.json() for one in self.linode.front.journal.since(since)]}

    def forget(self) -> Row:
        self.linode.front.journal.clear()
        return {}

    def faults(self) -> Row:
        faults = dataclasses.asdict(self.linode.front.faults)
        left = max(0.0, faults.pop("limited_until") - time.time())
        del faults["silent"]
        return {**faults, "limited": left, "gone": self.linode.gone}

    def hurt(self, body: object) -> Row:
        """Change what is named, and leave the rest as it is."""
        asked = FAULTS.read(body)
        if "limited" in asked:
            asked["limited_until"] = time.time() + asked.pop("limited")
        if "gone" in asked:
            self.linode.go(GONE.get(asked.pop("gone")))
        self.linode.front.change(**asked)
        return self.faults()

    def heal(self) -> Row:
        self.linode.go(None)
        self.linode.front.heal()
        return self.faults()

    def delay(self, body: object) -> Row:
        self.linode.world.modes.delay = MODES.read(body)["delay"]
        return {}

    def limit(self, body: object) -> Row:
        meter = self.linode.meter
        meter.limits = dataclasses.replace(meter.limits, **LIMITS.read(body))
        return dataclasses.asdict(meter.limits)

    def entitle(self, body: object) -> Row:
        tokens = self.linode.tokens
        tokens[0] = dataclasses.replace(tokens[0], **TOKEN.read(body))
        return {}

    def balancers(self) -> Row:
        with self.linode.world.lock:
            return {"balancers": [self._balancer(row) for row in self.linode.world.balancers]}

    def _balancer(self, row: Row) -> Row:
        world, plane = self.linode.world, self.linode.plane
        nodes = world.nodes.where(nodebalancer_id=row["id"])
        return {
            "label": row["label"],
            "address": row["ipv4"],
            "problem": None if plane is None else plane.problem(row["id"]),
            "nodes": [self._node(node) for node in nodes],
        }

    def _node(self, node: Row) -> Row:
        world = self.linode.world
        return {
            "label": node["label"],
            "address": node["address"],
            "mode": node["mode"],
            "mode_in_effect": world.modes.effective(node["id"], node["mode"]),
            "status": world.status(node),
        }

    def fare(self, label: str, body: object) -> Row:
        status = NODE.read(body)["status"]
        with self.linode.world.lock:
            for node in self.linode.world.nodes.where(label=label):
                self.linode.world.statuses[node["id"]] = status
        return {}

    def build(self, body: object) -> Row:
        with self.linode.world.lock:
            return add_machine(self.linode.world, MACHINE.read(body))

    def remove(self, label: str) -> Row:
        with self.linode.world.lock:
            machines.remove(self.linode.world, self._machine(label))
        return {}

    def happen(self, body: object) -> Row:
        """Leave an event about a machine, and let the machine look as after it."""
        asked = {"status": "finished", "message": "", **EVENT.read(body)}
        with self.linode.world.lock:
            machine = self._machine(asked.pop("machine"))
            return machines.befall(self.linode.world, machine, **asked)

    def _machine(self, label: str) -> Row:
        found = self.linode.world.machines.where(label=label)
        if not found:
            raise not_found()
        return found[0]
