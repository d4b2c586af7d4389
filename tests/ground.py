"""One site with every kind of machine and TLS everywhere; its keys are made when a test asks for them."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.blueprint import Blueprint
from deploy.keyring import Completed, Keyring, complete, halves, read, wanted
from deploy.keyring.wanted import PENDING_PIN, PENDING_SENDER
from deploy.keyring.writing import with_halves
from deploy.render import blueprints
from jobs.inventory import Inventory, load_inventory

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
INVENTORY = """
schema = 1

[redis]
url = "rediss://127.77.1.21:6379/0"
username = "pgbaton"
tls = { ca = "/etc/pgbaton/tls/ca.pem" }

[webhook]
urls = ["https://127.77.1.31:8000/events"]
ca = "/etc/pgbaton/tls/ca.pem"

[pages]
url = "https://pages.example"

[slack]
channel = "C0123456789"

[alerts]
url = "https://oncall.example/hook"

[etcd.main]
endpoints = ["https://127.77.1.1:2379", "https://127.77.1.2:2379", "https://127.77.1.3:2379"]
machines = { e1 = "127.77.1.1", e2 = "127.77.1.2", e3 = "127.77.1.3" }
tls = { ca = "/etc/pgbaton/tls/ca.pem", cert = "/etc/pgbaton/tls/client.pem", key = "/etc/pgbaton/tls/client.key" }

[clusters.shop]
etcd = "main"
scope = "shop-pg-cluster"
machines = { pg1 = "127.77.1.11", pg2 = "127.77.1.12" }
rest = { ca = "/etc/pgbaton/tls/ca.pem", cert = "/etc/pgbaton/tls/client.pem", key = "/etc/pgbaton/tls/client.key" }
probe = { user = "pgbaton", sslmode = "verify-full", tls = { ca = "/etc/pgbaton/tls/ca.pem" } }
postgresql_port = 5433
mux = {}
failsafe = true
isolation = { policy = "stop" }
ttl = 20
loop_wait = 1
retry_timeout = 3
databases = { shop = "shop", reports = "shop" }
parameters = { shared_buffers = "64MB", effective_cache_size = "256MB", maintenance_work_mem = "32MB", log_min_duration_statement = 0 }

[nodebalancers.front]
cluster = "shop"
label = "shop-front"
region = "us-ord"
address = "203.0.113.10"

[hosts.web1]
address = "127.77.1.41"
user = "deploy"
mode = "hardened"

[hosts.web2]
address = "127.77.1.42"
user = "deploy"

[applications.store]
cluster = "shop"
hosts = ["web1", "web2"]
services = [{ name = "php8.2-fpm" }]
after = ["php artisan config:cache"]

[[applications.store.files]]
path = "/var/www/store/.env"
keys = { DB_HOST = "{host}", DB_PORT = "{port}" }

[machines.redis]
address = "127.77.1.21"
runs = ["redis"]

[machines.control]
address = "127.77.1.31"
runs = ["web", "pages", "worker", "watch", "probe", "clock", "chronicle"]

[deploy]
networks = ["127.0.0.0/8"]
operators = ["198.51.100.0/24", "2001:db8::/64"]
clients = ["192.0.2.0/24"]
"""


BROUGHT = ("slack-token", "linode-token")
"""Secrets that only people have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An inventory, and the keyring that belongs to it."""

    inventory: Inventory
    keyring: Keyring

    def rendered(self) -> dict[str, Blueprint]:
        return dict(blueprints(self.inventory, self.keyring))


def made(folder: Path, text: str = INVENTORY) -> Ground:
    """The site of a text, with fresh keys in a folder, and with what only people can bring."""
    done = complete(text, folder, NOW)
    assert isinstance(done, Completed), done.mistakes
    for name in BROUGHT:
        _write(folder / "secrets" / name)
    inventory = load_inventory(done.text)
    assert isinstance(inventory, Inventory), inventory.mistakes
    return Ground(inventory=inventory, keyring=Keyring(folder))


def pretended(folder: Path, text: str = INVENTORY) -> Ground:
    """The same in milliseconds: each key and certificate is some random word, which no program would take."""
    inventory = read(text)
    assert isinstance(inventory, Inventory), inventory.mistakes
    asked = wanted(inventory)
    for name in ("ca.pem", "ssh/push", "ssh/push.pub", "ssh/worker", "ssh/worker.pub"):
        _write(folder / name)
    for leaf in asked.leaves:
        for end in ("pem", "key"):
            _write(folder / f"certificates/{leaf.stem}.{end}")
    for host in asked.hosts:
        _write(folder / f"ssh/hosts/{host}")
        _write(folder / f"ssh/hosts/{host}.pub", PENDING_PIN)
    for sender in asked.senders:
        for name in (f"{sender}.pem", f"sender-key-{sender}"):
            _write(folder / "senders" / name)
        _write(folder / f"senders/{sender}.pub", PENDING_SENDER)
    for name in (*asked.passwords, *asked.shared, *BROUGHT, "alert-key", "viewer-password"):
        _write(folder / "secrets" / name)
    keyring = Keyring(folder)
    whole = read(with_halves(text, tuple(halves(inventory, asked, keyring))))
    assert isinstance(whole, Inventory), whole.mistakes
    return Ground(inventory=whole, keyring=keyring)


def _write(file: Path, text: str = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text or secrets.token_urlsafe(24))
