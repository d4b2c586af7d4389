"""The client's side of TLS where pgbaton's processes run: the files that the inventory names."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import Notice, RenderedFile
from deploy.render.machine.accounts import OURS
from deploy.render.machine.scene import Scene, secret_file
from jobs.inventory import Tls

FOLDER = "/etc/pgbaton/"
"""Files below it are ours to write; a path elsewhere is somebody else's, such as the system's CAs."""


def trust(scene: Scene, told: tuple[Notice, ...]) -> Iterator[RenderedFile]:
    """CA, certificate and key, each at every path below FOLDER that the inventory gives for a server of
    ours. Those of a server that stands elsewhere, such as an etcd that was there before, are its operator's."""
    files = list(_ours(scene))
    for path in _own(f.ca for f in files):
        yield RenderedFile(path=path, text=scene.keyring.ca(), notices=told)
    for path in _own(f.key for f in files):
        text = scene.keyring.certificate("pgbaton", "client").key
        yield secret_file(path, text, group=OURS, mode=0o640, notices=told)
    for path in _own(f.cert for f in files):
        text = scene.keyring.certificate("pgbaton", "client").cert
        yield RenderedFile(path=path, text=text, notices=told)


def _ours(scene: Scene) -> Iterator[Tls]:
    inventory, runs = scene.inventory, {p for here in scene.places.values() for p in here.runs}
    yield from (etcd.tls for etcd in inventory.etcd.values() if etcd.machines)
    for cluster in (c for c in inventory.clusters.values() if c.machines):
        yield cluster.rest
        yield cluster.probe.tls
    if "redis" in runs:
        yield inventory.redis.tls
    if "web" in runs:
        yield Tls(ca=inventory.webhook.ca)


def _own(paths: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p for p in paths if p is not None and p.startswith(FOLDER)))
