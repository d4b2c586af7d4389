"""The pages as a Flask application, made from the hands they are given."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from webhook.pages.assets import add_assets
from webhook.pages.desk import Desk
from webhook.pages.door import add_door
from webhook.pages.headers import add_headers
from webhook.pages.live import add_live
from webhook.pages.ports import Ports
from webhook.pages.postmortem import add_postmortem
from webhook.pages.problems import add_problems
from webhook.pages.session import word
from webhook.pages.spell import add_spelling
from webhook.pages.views import add_views
from webhook.pages.warming import Warming

LARGEST = 10_000
"""Bytes of a form."""


def create_pages(ports: Ports) -> Flask:
    """The live pages over their ports: read-only, and closed to strangers."""
    app = Flask("webhook.pages", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_global(word, "form_word")
    desk = Desk(ports)
    app.extensions["warming"] = Warming(desk)
    add_headers(app)
    add_door(app, ports)
    asset = add_assets(app)
    add_spelling(app)
    add_views(app, desk)
    add_postmortem(app, desk, asset)
    add_live(app, desk)
    add_problems(app)
    return app
