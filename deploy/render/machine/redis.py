"""Redis, which holds all state: on disk before it answers, nothing evicted, one user who may do what is needed."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.acl import rules
from deploy.render.jinja import CannotRender, render
from deploy.render.machine.scene import HEADER, NOTHING, Scene, Share, secret_file
from deploy.render.machine.tls import authority, identity
from deploy.site import Placed
from jobs.inventory.linode import is_ip

UNIT = "redis-server.service"
RESTART, RELOAD = Notice(unit=UNIT, how="restart"), Notice(unit=UNIT, how="reload")
PEM, CA = "/etc/redis/tls/server.pem", "/etc/redis/tls/ca.pem"
RELOADER = "/usr/local/sbin/pgbaton-redis-reload"
RELOAD_USER, RELOAD_SECRET = "pgbaton-reload", "redis-reload-password"
"""Who may set parameters, of whom root alone knows the password; no process of ours does."""
RELOAD_FILE = "/etc/redis/reload-password"
DROP_IN = f"[Service]\n# As root: Debian's unit lets Redis itself run no other program.\nExecReload=+{RELOADER}\n"
SOCKET = "/run/redis/redis-server.sock"
ACL = "/etc/redis/users.acl"
PORT = 6379
SYSCTL = "/etc/sysctl.d/60-pgbaton-redis.conf"
MEMORY = "# Or Redis cannot rewrite its file when memory is half full.\nvm.overcommit_memory = 1\n"
SYSCTL_RESTART = Notice(unit="systemd-sysctl.service", how="restart")
OWNER = {"owner": "redis", "group": "redis"}


def redis(scene: Scene, here: Placed) -> Share:
    """Nothing where no Redis runs. Debian's own unit reads redis.conf as it is, and is hardened."""
    if "redis" not in here.runs:
        return NOTHING
    secure, port = _at(scene, here)
    return Share(
        files=(
            *(_certificates(scene, here) if secure else ()),
            RenderedFile(path=SYSCTL, text=HEADER + MEMORY, notices=(SYSCTL_RESTART,)),
            secret_file(ACL, users_acl(scene, secure=secure), notices=(RESTART,), **OWNER),
            *(_reloading(scene) if secure else ()),
            _config(scene, here, port=port, secure=secure),
        ),
        units=(Unit(name=UNIT, class_="redis"),),
        packages=("redis-server", "redis-tools"),
    )


def _config(scene: Scene, here: Placed, *, port: int, secure: bool) -> RenderedFile:
    text = render(
        "redis.conf.j2",
        address=here.address if is_ip(here.address) else None,
        port=port,
        tls={"ca": CA, "pem": PEM, "socket": SOCKET} if secure else None,
        demanded=scene.inventory.redis.tls.cert is not None,
        acl=ACL,
    )
    path = "/etc/redis/redis.conf"
    return RenderedFile(path=path, text=text, group="redis", mode=0o640, notices=(RESTART,))


def users_acl(scene: Scene, *, secure: bool) -> str:
    """Who may log in, by a hash of the password: all of ours as one user, who may what an operator may."""
    return render(
        "users.acl.j2",
        user=scene.inventory.redis.username or "default",
        digest=_digest(scene, "redis-password"),
        rules=rules("operator", scene.inventory.redis.prefix),
        reload_user=RELOAD_USER,
        reload_digest=_digest(scene, RELOAD_SECRET) if secure else None,
    )


def _digest(scene: Scene, secret: str) -> str:
    return hashlib.sha256(scene.keyring.secret(secret).encode()).hexdigest()


def _at(scene: Scene, here: Placed) -> tuple[bool, int]:
    """Whether Redis speaks TLS, and its port, as the processes will reach it."""
    url = urlsplit(scene.inventory.redis.url)
    if url.scheme in {"redis", "rediss"} and url.hostname in {
        here.address.lower(),
        here.name.lower(),
    }:
        return url.scheme == "rediss", url.port or PORT
    raise CannotRender(
        f"{here.name} is to run Redis, and redis.url leads elsewhere ({scene.inventory.redis.url}): write "
        f'url = "rediss://{here.address}:{PORT}/0", or take "redis" from [machines.{here.name}] runs'
    )


def _certificates(scene: Scene, here: Placed) -> tuple[RenderedFile, ...]:
    certified = scene.keyring.certificate(here.name, "redis")
    return (
        authority(CA, scene.keyring.ca(), RELOAD),
        identity(PEM, certified, RELOAD, **OWNER),
    )


def _reloading(scene: Scene) -> tuple[RenderedFile, ...]:
    """New certificates without a restart, during which the webhook could record nothing."""
    script = render(
        "redis-reload.sh.j2",
        password=RELOAD_FILE,
        socket=SOCKET,
        user=RELOAD_USER,
        pem=PEM,
        ca=CA,
    )
    drop_in = f"/etc/systemd/system/{UNIT}.d/pgbaton.conf"
    return (
        secret_file(RELOAD_FILE, f"{scene.keyring.secret(RELOAD_SECRET)}\n"),
        RenderedFile(path=RELOADER, text=script, mode=0o755),
        RenderedFile(path=drop_in, text=HEADER + DROP_IN),
    )
