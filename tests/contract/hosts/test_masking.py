"""A real restart that prints the password of its own `.env`: nobody is ever told."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from urllib.parse import quote

from jobs.audit import Kind
from jobs.inventory import Inventory, load_inventory
from tests.contract.hosts.worlds import RealWorld
from tests.world import World, make_world

INVENTORY = """
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
[hosts.web1]
address = "127.0.0.1"
port = {port}
user = "deploy"
host_keys = ["{key}"]
[applications.store]
cluster = "shop"
hosts = ["web1"]
services = [{{ name = "{unit}" }}]
addresses = {{ pg1 = "{leader}" }}
[[applications.store.files]]
path = "{path}"
keys = {{ DB_HOST = "{{host}}", DB_PORT = "{{port}}" }}
"""


def test_a_restart_that_prints_the_password_tells_nobody(real: RealWorld) -> None:
    """Neither trail nor memory nor queue holds it, in no spelling; what it was about is still said."""
    password = secrets.token_urlsafe(9) + "/+?"
    path = real.file(f"DB_HOST=10.0.0.9\nDB_PORT=1\nDB_PASSWORD='{password}'\n".encode())
    unit = real.machine.service()
    encoded = base64.b64encode(f"shop:{password}".encode()).decode()
    (unit.folder / "says").write_text(
        f"could not connect with {password}; url {quote(password, safe='')}; header {encoded}\n"
    )
    world = standing(real, path, unit.name)
    world.settle()
    [told] = world.told(Kind.HOST)
    assert told["outcome"] == "failed"
    assert "does not restart: could not connect with ***; url ***; header " in told["reason"]
    kept = repr([e.body for e in world.ledger.entries("shop")]) + repr(world.ledger.state("shop"))
    for spelling in (password, quote(password, safe=""), encoded):
        assert spelling not in kept
    assert "DB_HOST=127.0.0.1" in Path(path).read_text()
    assert f"DB_PASSWORD='{password}'" in Path(path).read_text()


def standing(real: RealWorld, path: str, unit: str) -> World:
    """Real jobs over the real host; all other hands are in memory."""
    text = INVENTORY.format(
        port=real.host.port, key=real.host.host_keys[0], unit=unit, leader=real.leader, path=path
    )
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory), str(loaded)
    world = make_world(text)
    world.hosts = real.hand  # type: ignore[assignment]
    return world
