"""Accounts and folders that the other files need: without them a key would have no owner."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import RenderedFile
from deploy.isolate import STATE_PATH
from deploy.render.machine.isolation import stops
from deploy.render.machine.scene import HEADER, Scene, Share
from deploy.site import Placed

OURS = "pgbaton"
"""Who runs pgbaton's own processes; holds nothing but them."""
STATE = "/var/lib/pgbaton"
LOGIN_HOME = "/var/lib/pgbaton-login"
"""The home of who workers log in as: root's, so that nothing there runs at a login."""


def accounts(scene: Scene, here: Placed) -> Share:
    """For systemd-sysusers and systemd-tmpfiles; both leave alone what is there already."""
    users, folders = list(_users(scene, here)), list(_folders(scene, here))
    return Share(
        files=(
            *_file("/etc/sysusers.d/pgbaton.conf", users),
            *_file("/etc/tmpfiles.d/pgbaton.conf", folders),
        )
    )


def _file(path: str, lines: list[str]) -> Iterator[RenderedFile]:
    if lines:
        yield RenderedFile(path=path, text=HEADER + "".join(f"{line}\n" for line in lines))


def _users(scene: Scene, here: Placed) -> Iterator[str]:
    login = scene.inventory.hosts[here.name].user if here.host else None
    if here.ours and login != OURS:
        yield f'u {OURS} - "pgbaton\'s processes" {STATE} /usr/sbin/nologin'
    if login is not None and login != "root":
        yield f'u {login} - "where pgbaton\'s workers log in" {LOGIN_HOME} /bin/sh'


def _folders(scene: Scene, here: Placed) -> Iterator[str]:
    """Type, path, mode, owner, group."""
    if here.ours or here.cluster or here.host:
        yield "d /etc/pgbaton 0755 root root"
    if here.ours:
        yield "d /etc/pgbaton/secrets 0700 root root"
        yield f"d /etc/pgbaton/tls 0750 root {OURS}"
        yield f"d {STATE} 0750 {OURS} {OURS}"
    if here.host:
        yield f"d {LOGIN_HOME} 0755 root root"
    if here.cluster:
        yield "d /var/spool/pgbaton 0700 postgres postgres"
    stopped = stops(scene, here)
    if stopped is not None:
        yield f"d {STATE_PATH} 0700 {stopped.user} {stopped.user}"
