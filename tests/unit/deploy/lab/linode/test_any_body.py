"""Whatever a client sends, the double answers as an API does, and never falls over."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.lab.linode.account import machines
from deploy.lab.linode.account.balancers import CREATE, VPC, Balancers
from deploy.lab.linode.account.configs import FORM as CONFIG
from deploy.lab.linode.account.firewalls import CREATE as FIREWALL
from deploy.lab.linode.account.firewalls import RULES
from deploy.lab.linode.account.nodes import FORM as NODE
from deploy.lab.linode.account.world import World
from deploy.lab.linode.account.zones import DOMAIN, RECORD
from deploy.lab.linode.rest.access import Token
from deploy.lab.linode.rest.api import all_routes, create_api
from deploy.lab.linode.rest.limits import Limits, Meter

FORMS = (CREATE, VPC, CONFIG, NODE, FIREWALL, RULES, DOMAIN, RECORD)
NAMES = sorted({name for form in FORMS for name in form.members} | {"id", "type", "colour"})
WORDS = ("", "tcp", "http", "accept", "us-ord", "pg-shop", "10.0.0.1:5432", "A", "master", "+or")
LEAVES = st.none() | st.booleans() | st.integers(-1, 70_000) | st.sampled_from(WORDS) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=8,
)
WRITES = [route for route in all_routes(World()) if route.method in {"POST", "PUT"}]
LISTS = [route for route in all_routes(World()) if route.collection]
TOKEN = secrets.token_hex(16)


class Undo(Exception):  # noqa: N818 - it is a wish
    """Ends an example as if nothing had been asked."""


class Account:
    """One of each, without limits. `asking` gives a client whose doings are undone afterwards."""

    def __init__(self) -> None:
        self._world = World()
        node = {"label": "pg1", "address": "10.0.0.1:5432"}
        config = {"port": 5432, "protocol": "tcp", "nodes": [node]}
        body = {"region": "us-ord", "label": "pg-shop", "configs": [config]}
        Balancers(self._world).create(body)
        machine = machines.add(self._world, "pg1", ["10.0.0.1"])
        machines.add_interface(self._world, machine)
        plenty = Meter(limits=Limits(collection=1_000_000, other=1_000_000))
        self._app = create_api(self._world, tokens=[Token(secret=TOKEN)], meter=plenty)

    @contextmanager
    def asking(self) -> Iterator[FlaskClient]:
        with suppress(Undo), self._world.asked():
            yield self._app.test_client()
            raise Undo


ACCOUNT = Account()


def _path(path: str) -> str:
    ids = {"balancer": 12_001, "config": 4001, "node": 54_001, "machine": 123_001, "event": 900_001}
    for name, number in ids.items():
        path = path.replace(f"<int:{name}>", str(number))
    return path.replace("<int:", "").replace(">", "")


@settings(max_examples=150)
@given(route=st.sampled_from(WRITES), body=VALUES)
def test_any_body_is_taken_or_refused(route: Any, body: Any) -> None:
    """200 with an object, or a refusal with reasons."""
    with ACCOUNT.asking() as client:
        answer = client.open(
            f"/v4{_path(route.path)}",
            method=route.method,
            data=json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
    assert answer.status_code in {200, 400, 404}, answer.get_data()
    found = answer.get_json()
    assert isinstance(found, dict)
    assert answer.status_code == 200 or all(one["reason"] for one in found["errors"])


@settings(max_examples=150)
@given(
    route=st.sampled_from(LISTS),
    wanted=st.dictionaries(
        st.sampled_from(["+and", "+or", "+order", "+order_by", "id", "label", "entity.id"]),
        VALUES | st.dictionaries(st.sampled_from(["+gt", "+lte", "+contains", "+neq"]), VALUES),
    ),
)
def test_any_filter_is_followed_or_refused(route: Any, wanted: Any) -> None:
    """200 with a page, or a refusal of the header."""
    with ACCOUNT.asking() as client:
        answer = client.get(
            f"/v4{_path(route.path)}",
            headers={"Authorization": f"Bearer {TOKEN}", "X-Filter": json.dumps(wanted)},
        )
    assert answer.status_code in {200, 400, 404}, answer.get_data()
    if answer.status_code == 400:
        assert answer.get_json()["errors"][0]["field"] == "X-Filter"
