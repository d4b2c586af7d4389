"""The client's side of TLS where pgbaton's processes run: the files that the inventory names."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import Notice, RenderedFile
from deploy.render.machine.accounts import OURS
from deploy.render.machine.scene import Scene, secret_file
from jobs.inventory import Inventory, Tls

FOLDER = "/etc/pgbaton/"
"""Files below it are ours to write; a path elsewhere is somebody else's, such as the system's CAs."""


def trust(scene: Scene, told: tuple[Notice, ...]) -> Iterator[RenderedFile]:
    """CA, certificate and key, each at every path below FOLDER that the inventory gives for it."""
    files = list(_named(scene.inventory))
    for path in _own(f.ca for f in files):
        yield RenderedFile(path=path, text=scene.keyring.ca(), notices=told)
    for path in _own(f.key for f in files):
        text = scene.keyring.certificate("pgbaton", "client").key
        yield secret_file(path, text, group=OURS, mode=0o640, notices=told)
    for path in _own(f.cert for f in files):
        text = scene.keyring.certificate("pgbaton", "client").cert
        yield RenderedFile(path=path, text=text, notices=told)


def _named(inventory: Inventory) -> Iterator[Tls]:
    yield from (etcd.tls for etcd in inventory.etcd.values())
    for cluster in inventory.clusters.values():
        yield cluster.rest
        yield cluster.probe.tls
    yield inventory.redis.tls
    yield Tls(ca=inventory.webhook.ca)


def _own(paths: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p for p in paths if p is not None and p.startswith(FOLDER)))
