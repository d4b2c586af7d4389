"""A site with everything, and a vault that dies after some effects: for tests of what a crash leaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.keyring import Completed, Keyring, Wanted, complete, read, wanted
from deploy.keyring.vault import Vault
from jobs.inventory import Inventory

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
CA = 'ca = "/etc/pgbaton/tls/ca.pem"'
TLS = f'{{ {CA}, cert = "/etc/pgbaton/tls/client.pem", key = "/etc/pgbaton/tls/client.key" }}'
SITE = f"""\
# the shop's site

[redis]
url = "rediss://10.0.0.41:6379/0"  # TLS alone
tls = {{ {CA} }}

[etcd.main]
endpoints = ["https://10.0.0.11:2379"]  # three in the end
tls = {TLS}
machines = {{ etcd1 = "10.0.0.11" }}

[clusters.shop]
etcd = "main"
scope = "main"
machines = {{ pg1 = "10.0.0.21", pg2 = "10.0.0.22" }}
rest = {TLS}
probe = {{ user = "pgbaton" }}
databases = {{ shop = "shop", orders = "shop" }}

[hosts.web1]
address = "10.0.0.31"  # behind the balancer

[applications.shop]
cluster = "shop"
hosts = ["web1"]
files = [{{ path = "/var/www/shop/.env", keys = {{ DB_HOST = "{{host}}" }} }}]

[senders.ops]  # people
clusters = ["shop"]

[senders.old]
clusters = ["shop"]
hmac = true

[alerts]
url = "https://oncall.example.net/hook"

[machines.control1]
address = "10.0.0.41"
runs = ["redis", "web", "pages"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A keyring that is whole, and the inventory that holds its public halves."""

    vault: Vault
    keyring: Keyring
    text: str
    inventory: Inventory
    asked: Wanted

    def at(self, folder: Path) -> Site:
        """The same in a copy of the folder."""
        return replace(self, vault=Vault(folder), keyring=Keyring(folder))


def site_in(folder: Path, text: str = SITE, now: dt.datetime = NOW) -> Site:
    done = complete(text, folder, now)
    assert isinstance(done, Completed), done
    inventory = loaded(done.text)
    return Site(
        vault=Vault(folder),
        keyring=Keyring(folder),
        text=done.text,
        inventory=inventory,
        asked=wanted(inventory),
    )


def loaded(text: str) -> Inventory:
    inventory = read(text)
    assert isinstance(inventory, Inventory), inventory
    return inventory


class Cut(Exception):  # noqa: N818 - stands for a death, no error
    """The run dies here."""


@dataclass(frozen=True, slots=True)
class Dying(Vault):
    """Does so many effects, then dies before the next one."""

    left: list[int]

    def create(self, name: str, text: str) -> None:
        self._count()
        Vault.create(self, name, text)

    def replace(self, name: str, text: str) -> None:
        self._count()
        Vault.replace(self, name, text)

    def move(self, name: str, to: str) -> None:
        self._count()
        Vault.move(self, name, to)

    def remove(self, name: str) -> None:
        self._count()
        Vault.remove(self, name)

    def _count(self) -> None:
        if self.left[0] == 0:
            raise Cut
        self.left[0] -= 1


def files(folder: Path) -> dict[str, bytes]:
    """Everything in the folder, but the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
