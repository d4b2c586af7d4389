"""The ear as a Flask application, made from the hands it is given."""

from __future__ import annotations

from flask import Flask

from webhook.admission import open_door
from webhook.description import add_description
from webhook.health import add_health
from webhook.intake import Intake, add_intake
from webhook.metrics import make_metrics
from webhook.ports import Ports
from webhook.problems import add_problems
from webhook.refusals import Refusals


def create_app(ports: Ports) -> Flask:
    """The intake over its ports. ValueError where a sender's key is none."""
    app = Flask("webhook", static_folder=None)
    # One more than allowed: a chunked body is cut there without an error, and seen to be too large.
    app.config["MAX_CONTENT_LENGTH"] = ports.inventory.webhook.max_body + 1
    metrics = make_metrics(ports.registry, version=ports.version, inventory=ports.inventory.digest)
    refusals = Refusals(metrics=metrics, ledger=ports.ledger, aside=ports.aside)
    door = open_door(ports.inventory, ports.hmac_secrets)
    add_intake(app, Intake(ports=ports, door=door, metrics=metrics, refusals=refusals))
    add_health(app, ports)
    add_description(app, ports.inventory.webhook, version=ports.version)
    add_problems(app)
    return app
