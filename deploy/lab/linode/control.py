"""The lab's own hand on the double, on an address of its own: nothing of this is Linode's API."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request

from deploy.lab.linode.account import machines
from deploy.lab.linode.account.seed import add_machine
from deploy.lab.linode.faults.broken import KINDS
from deploy.lab.linode.rest.forms import (
    Form,
    Row,
    flag,
    integer,
    many,
    nullable,
    one_of,
    text,
)
from deploy.lab.linode.rest.refusal import Refused, not_found

if TYPE_CHECKING:
    from deploy.lab.linode.server import Linode

HELP = """\
The lab's hand on its Linode, below /_lab. Bodies and answers are JSON; what is not named stays.

  GET    /requests?since=AT  every request to the API: at, method, path, query, status, fault
  DELETE /requests           forget them
  GET    /faults             what goes wrong now
  POST   /faults             slow: seconds before each answer
                             broken: 500 or another status, html, bad-gateway, empty, no-id, cut
                             gone: silent or true (nothing is answered), refused (nobody listens)
                             limited: seconds of 429
                             lost_replies: so many POSTs are carried out and not answered
                             only: a pattern for "METHOD /path", for all but gone
  DELETE /faults             nothing goes wrong any more
  POST   /modes              delay: seconds until a node's mode takes effect
  POST   /limits             collection, stats, other: requests a minute
  POST   /token              scopes, restricted: what the token may do
  GET    /balancers          what each NodeBalancer really does, and why it may not
  POST   /nodes/LABEL        status: UP, DOWN or Unknown, where no data plane says it
  POST   /machines           label, ipv4 (a list), and what else a seed says of a machine
  DELETE /machines/LABEL     delete the Linode, and with it its nodes
  POST   /events             action (host_reboot, linode_shutdown, ...), machine (a label), status
"""
COUNT = integer(0, 1_000_000)


def seconds(value: Any) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return None if good else "Must be seconds"


def broken(value: Any) -> str | None:
    good = value in KINDS or (
        isinstance(value, str) and value.isdigit() and len(value) == len("500")
    )
    return None if good else f"Must be a status or one of {', '.join(KINDS)}"


def pattern(value: Any) -> str | None:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return "Must be a regular expression"
    return None


FAULTS = Form(
    members={
        "slow": seconds,
        "broken": nullable(broken),
        "gone": nullable(one_of("silent", "refused", True, False)),
        "limited": seconds,
        "lost_replies": COUNT,
        "only": pattern,
    }
)
GONE = {True: "silent", False: None}
MODES = Form(members={"delay": seconds}, required=("delay",))
LIMITS = Form(members={"collection": COUNT, "stats": COUNT, "other": COUNT})
TOKEN = Form(members={"scopes": text(), "restricted": flag})
NODE = Form(members={"status": one_of("UP", "DOWN", "Unknown")}, required=("status",))
MACHINE = Form(
    members={
        "label": text(1),
        "ipv4": many(text()),
        "firewall": text(),
        "interface_generation": one_of("legacy_config", "linode"),
        "status": text(),
    },
    required=("label", "ipv4"),
)
EVENT = Form(
    members={"action": text(1), "machine": text(), "status": text(), "message": text()},
    required=("action", "machine"),
)


def create_control(linode: Linode) -> Flask:
    """The control of one double, as a Flask application."""
    app, hand = Flask("linode-control", static_folder=None), Hand(linode)
    for method, path, deed in (
        ("GET", "/", hand.help),
        ("GET", "/requests", hand.requests),
        ("DELETE", "/requests", hand.forget),
        ("GET", "/faults", hand.faults),
        ("POST", "/faults", hand.hurt),
        ("DELETE", "/faults", hand.heal),
        ("POST", "/modes", hand.delay),
        ("POST", "/limits", hand.limit),
        ("POST", "/token", hand.entitle),
        ("GET", "/balancers", hand.balancers),
        ("POST", "/nodes/<label>", hand.fare),
        ("POST", "/machines", hand.build),
        ("DELETE", "/machines/<label>", hand.remove),
        ("POST", "/events", hand.happen),
    ):
        app.add_url_rule(f"/_lab{path}", f"{method} {path}", _view(deed), methods=[method])
    app.add_url_rule("/", "start", _view(hand.help))
    app.register_error_handler(Refused, _refused)
    return app


def _view(deed: Callable[..., Any]) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        body = {"body": request.get_json(silent=True)} if request.method == "POST" else {}
        found = deed(**names, **body)
        return Response(found, mimetype="text/plain") if isinstance(found, str) else jsonify(found)

    return view


def _refused(refused: Refused) -> tuple[Response, int]:
    return jsonify(errors=[reason.json() for reason in refused.errors]), refused.status


@dataclasses.dataclass(frozen=True, slots=True)
class Hand:
    """What the lab may do with the double."""

    linode: Linode

    def help(self) -> str:
        return HELP

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
            how = asked.pop("gone")
            self.linode.go(GONE.get(how, how))
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
            "problem": None if plane is None else plane.problems.get(row["id"]),
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
