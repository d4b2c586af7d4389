"""An application host: the account that workers log in to, and what it may become root for."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import RenderedFile
from deploy.remote import hardened_script, permitted
from deploy.remote.hardened import LIST_PATH, SCRIPT_PATH, Permitted, remote_list, sudoers
from deploy.render.jinja import CannotRender
from deploy.render.machine.scene import NOTHING, Scene, Share, secret_file
from deploy.site import Placed
from jobs.blocked import Blocked
from jobs.inventory import Host, Inventory

SUDOERS = "/etc/sudoers.d/pgbaton"


def remote(scene: Scene, here: Placed) -> Share:
    """Nothing where no application runs."""
    if not here.host:
        return NOTHING
    host = scene.inventory.hosts[here.name]
    files = _hardened(scene.inventory, here.name) if host.mode == "hardened" else ()
    return Share(files=(*files, *_sudo(host)), packages=("sudo", "util-linux"))


def permitted_on(
    inventory: Inventory, host: str, *, roots: tuple[str, ...] = ()
) -> Iterator[Permitted]:
    """All that may be asked of a host, cluster by cluster. Raises CannotRender."""
    for cluster in (name for name in inventory.clusters if host in inventory.hosts_of(name)):
        for target in inventory.targets_of(cluster, host):
            found = permitted(inventory, cluster, target, roots=roots)
            if isinstance(found, Blocked):
                raise CannotRender(f"{found.where}: {found.reason}; {found.remedy}")
            yield found


def _hardened(inventory: Inventory, host: str) -> tuple[RenderedFile, ...]:
    """The list comes first: a script without one refuses everything."""
    listed = remote_list(tuple(permitted_on(inventory, host)))
    return (
        secret_file(LIST_PATH, listed, secret=False),
        RenderedFile(path=SCRIPT_PATH, text=hardened_script(), mode=0o755),
    )


def _sudo(host: Host) -> Iterator[RenderedFile]:
    if host.user == "root":
        return
    if host.mode == "hardened":
        yield RenderedFile(path=SUDOERS, text=sudoers(host.user), mode=0o440)
    elif host.become == "sudo":
        yield RenderedFile(path=SUDOERS, text=_everything(host.user), mode=0o440)


def _everything(user: str) -> str:
    """Plain mode: whoever has the key is root. mode = "hardened" is narrower."""
    return f"Defaults:{user} !requiretty\n{user} ALL=(ALL:ALL) NOPASSWD: ALL\n"
