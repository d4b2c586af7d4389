"""Who may log in by SSH: keys alone, those of push, of the workers and of operators, in files of root's."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.isolate import authorized_key as isolate_key
from deploy.keyring import MissingKeyError, SshKey
from deploy.remote.hardened import authorized_key
from deploy.render.jinja import render
from deploy.render.machine.isolation import stops
from deploy.render.machine.scene import Scene, Share, secret_file
from deploy.site import Placed

KEYS = "/etc/ssh/authorized_keys.d"
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key"
RELOAD = Notice(unit="ssh.service", how="reload")


def ssh(scene: Scene, here: Placed) -> Share:
    """Every machine has it: it is how push comes in. The keys come before what makes sshd read them."""
    text = render("sshd.conf.j2", keys=KEYS, login=_login(scene, here))
    drop_in = RenderedFile(
        path="/etc/ssh/sshd_config.d/10-pgbaton.conf", text=text, notices=(RELOAD,)
    )
    return Share(
        files=(*_authorized(scene, here), *_host_key(scene, here), drop_in),
        units=(Unit(name="ssh.service", class_="ground"),),
        packages=("openssh-server",),
    )


def host_key(scene: Scene, here: Placed) -> SshKey | None:
    """The key that a machine is given; None where the inventory pins one that we do not have."""
    try:
        key = scene.keyring.host_key(here.name)
    except MissingKeyError:
        if here.host_keys:
            return None
        raise
    pinned = {" ".join(line.split()[:2]) for line in here.host_keys}
    return key if not pinned or " ".join(key.public.split()[:2]) in pinned else None


def operators(scene: Scene) -> tuple[str, ...]:
    """Public keys that log in as push does: its own, and those that `provision` names."""
    provision = scene.inventory.provision
    more = provision.authorized_keys if provision is not None else ()
    return (*scene.keyring.authorized("push"), *more)


def _login(scene: Scene, here: Placed) -> str | None:
    """Who workers log in as, where nobody else does."""
    user = scene.inventory.hosts[here.name].user if here.host else None
    return user if user != scene.inventory.deploy.user else None


def _authorized(scene: Scene, here: Placed) -> Iterator[RenderedFile]:
    lines: dict[str, list[str]] = {scene.inventory.deploy.user: list(operators(scene))}
    if here.host:
        host = scene.inventory.hosts[here.name]
        for public in scene.keyring.authorized("worker"):
            line = authorized_key(public) if host.mode == "hardened" else f"restrict {public}\n"
            lines.setdefault(host.user, []).append(line)
    stopped = stops(scene, here)
    if stopped is not None:
        isolating = [isolate_key(public) for public in scene.keyring.authorized("worker")]
        lines.setdefault(stopped.user, []).extend(isolating)
    for user, keys in lines.items():
        text = "".join(f"{key.strip()}\n" for key in keys)
        yield RenderedFile(path=f"{KEYS}/{user}", text=text)


def _host_key(scene: Scene, here: Placed) -> Iterator[RenderedFile]:
    key = host_key(scene, here)
    if key is not None:
        yield secret_file(HOST_KEY, key.private, notices=(RELOAD,))
        yield RenderedFile(path=f"{HOST_KEY}.pub", text=f"{key.public}\n")
