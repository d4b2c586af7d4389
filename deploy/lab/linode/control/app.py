"""The lab's hand by HTTP, on an address of its own, as curl and the drills use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

from deploy.lab.linode.control.hand import Hand, Linode
from deploy.lab.linode.rest.refusal import Refused, refuse

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


def create_control(linode: Linode) -> Flask:
    """The control of one double, as a Flask application."""
    app, hand = Flask("linode-control", static_folder=None), Hand(linode)
    for method, path, deed in (
        ("GET", "/", _help),
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
    app.add_url_rule("/", "start", _view(_help))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(ValueError, lambda error: _refused(refuse(str(error))))
    return app


def _view(deed: Callable[..., Any]) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        body = {"body": request.get_json(silent=True)} if request.method == "POST" else {}
        found = deed(**names, **body)
        return Response(found, mimetype="text/plain") if isinstance(found, str) else jsonify(found)

    return view


def _refused(refused: Refused) -> tuple[Response, int]:
    return jsonify(errors=[reason.json() for reason in refused.errors]), refused.status


def _help() -> str:
    return HELP
