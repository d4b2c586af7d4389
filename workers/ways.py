"""The ways to etcd and to Linode, from inventory and secrets: for processes that need no other hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.inventory import Etcd, Inventory, Tls
from jobs.ports import Dcs
from workers.etcd.dcs import EtcdDcs
from workers.etcd.gateway import Gateway, Password
from workers.secrets import Secrets
from workers.tls import Tls as TlsFiles

if TYPE_CHECKING:
    from workers.linode import Api


def dcs_of(inventory: Inventory, secrets: Secrets) -> Mapping[str, Dcs]:
    """One adapter per etcd cluster, by the inventory's id."""
    return {name: EtcdDcs(gateway_of(name, etcd, secrets)) for name, etcd in inventory.etcd.items()}


def gateway_of(name: str, etcd: Etcd, secrets: Secrets) -> Gateway:
    """One etcd cluster's JSON gateway, with its user and certificates."""
    password = secrets.get(f"etcd-{name}-password")
    credentials = Password(user=etcd.user, password=password) if etcd.user and password else None
    secure = any(e.startswith("https:") for e in etcd.endpoints)
    return Gateway(
        etcd.endpoints, credentials=credentials, tls=tls_files(etcd.tls) if secure else None
    )


def linode_of(inventory: Inventory, secrets: Secrets) -> Api | None:
    """Linode's API, for LinodeBalancers, LinodeRecords and LinodeEventFeed to share: what one of them
    is told to wait, all wait. None without the secret `linode-token`. Its library is loaded only where
    there is one."""
    token = secrets.get("linode-token")
    if token is None:
        return None
    from workers.linode import Api

    return Api(inventory.linode.url, token=token, ca=inventory.linode.ca)


def tls_files(files: Tls) -> TlsFiles:
    """A client's files, as the inventory names them."""
    return TlsFiles(ca=_path(files.ca), cert=_path(files.cert), key=_path(files.key))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
