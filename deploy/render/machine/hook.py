"""The hook on a database node: its program, its file, its key, and the timer that flushes the spool."""

from __future__ import annotations

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.hook import hook_script, hook_units
from deploy.render.hook import HookGround, hook_conf
from deploy.render.jinja import CannotRender
from deploy.render.machine.scene import NOTHING, Scene, Share, secret_file
from deploy.render.machine.tls import authority
from deploy.site import Placed

COMMAND = "/usr/local/bin/pgbaton-hook"
KEY = "/etc/pgbaton/hook.pem"
CA = "/etc/pgbaton/hook-ca.pem"
TIMER = "pgbaton-hook.timer"
PROCESSES = frozenset({"watch", "probe"})
"""Senders that are processes of our own."""


def hook(scene: Scene, here: Placed) -> Share:
    """Nothing on a machine that is no member of a cluster."""
    if here.cluster is None:
        return NOTHING
    sender, trusted = _sender(scene, here, here.cluster), scene.inventory.webhook.ca is not None
    ground = HookGround(key=KEY, cafile=CA if trusted else None)
    config = hook_conf(scene.inventory, here.cluster, here.name, sender=sender, ground=ground)
    pem = scene.keyring.sender(sender).pem
    return Share(
        files=(
            *([authority(CA, scene.keyring.ca())] if trusted else []),
            secret_file(KEY, pem, owner="postgres", group="postgres"),
            RenderedFile(path="/etc/pgbaton/hook.conf", text=config),
            RenderedFile(path=COMMAND, text=hook_script(), mode=0o755),
            *(_unit(name, text) for name, text in hook_units().items()),
        ),
        units=(Unit(name=TIMER, class_="database"),),
        packages=("curl", "openssl", "util-linux"),
    )


def _sender(scene: Scene, here: Placed, cluster: str) -> str:
    """The member's own sender, else one that several members share."""
    senders = scene.inventory.senders
    if here.name in senders:
        return here.name
    shared = (n for n, s in senders.items() if cluster in s.clusters and s.keys)
    found = next((name for name in shared if name not in PROCESSES | set(scene.places)), None)
    if found is None:
        raise CannotRender(
            f'nobody may speak for {here.name}: add [senders.{here.name}] with clusters = ["{cluster}"] and the '
            "key that `pgbaton keys make` prints"
        )
    return found


def _unit(name: str, text: str) -> RenderedFile:
    notices = (Notice(unit=TIMER, how="restart"),) if name == TIMER else ()
    return RenderedFile(path=f"/etc/systemd/system/{name}", text=text, notices=notices)
