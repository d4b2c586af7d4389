"""cloud-init's user data: what a new machine must know before anybody can log in, and no secret but its host key."""

from __future__ import annotations

import json
from typing import Any

from deploy.blueprint import RenderedFile, Unit
from deploy.render.machine.database import CLUSTERLESS, clusterless
from deploy.render.machine.scene import Scene, Share, secret_file
from deploy.render.machine.ssh import host_key, operators
from deploy.site import Placed

NAME = "cloud-init.yml"
GUARD = "/usr/sbin/policy-rc.d"
SYSTEM = frozenset({"ssh.service", "nftables.service"})
"""Units that may start as their packages want."""


def cloud_init(
    scene: Scene, here: Placed, *, packages: tuple[str, ...], units: tuple[Unit, ...]
) -> Share:
    """Given the packages and units of the whole machine. It is YAML, written as JSON, which is YAML."""
    later = [u.name for u in units if u.name not in SYSTEM and not u.name.startswith("pgbaton-")]
    wanted: dict[str, Any] = {
        "hostname": here.name,
        "preserve_hostname": False,
        **_login(scene),
        **_host_key(scene, here),
        "write_files": _guards(here),
        "package_update": True,
        "packages": list(packages),
        "runcmd": [*_stay_down(later), ["rm", "-f", GUARD]],
    }
    text = "#cloud-config\n" + "".join(
        f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in wanted.items()
    )
    return Share(fragments={NAME: secret_file(f"/{NAME}", text)})


def _login(scene: Scene) -> dict[str, Any]:
    """Who push logs in as: root, or an account that becomes it."""
    user, keys = scene.inventory.deploy.user, list(operators(scene))
    account: dict[str, Any] = {"name": user, "ssh_authorized_keys": keys}
    if user != "root":
        sudo = {"sudo": "ALL=(ALL) NOPASSWD:ALL", "lock_passwd": True, "shell": "/bin/bash"}
        account = {**account, **sudo}
    return {"disable_root": user != "root", "ssh_pwauth": False, "users": [account]}


def _host_key(scene: Scene, here: Placed) -> dict[str, Any]:
    """The machine's only one: others would be offered to whoever has pinned none."""
    key = host_key(scene, here)
    if key is None:
        return {}
    pair = {"ed25519_private": key.private, "ed25519_public": f"{key.public}\n"}
    return {"ssh_deletekeys": True, "ssh_genkeytypes": ["ed25519"], "ssh_keys": pair}


def _guards(here: Placed) -> list[dict[str, str]]:
    """Nothing starts before it has its files, and PostgreSQL makes no cluster of its own."""
    files = [RenderedFile(path=GUARD, text="#!/bin/sh\nexit 101\n", mode=0o755)]
    if here.cluster is not None:
        assert clusterless().path == CLUSTERLESS
        files.append(clusterless())
    return [{"path": f.path, "content": f.text, "permissions": f"0{f.mode:o}"} for f in files]


def _stay_down(units: list[str]) -> list[list[str]]:
    """A restart of the machine before the first push must not start them either."""
    return [["systemctl", "disable", unit] for unit in units]
