"""A hundred hosts on one machine: without it, warm connections would need a hundred machines.

Each host is an address of its own with a file of its own; one sshd serves them all. A fence is kept
per cluster, and each host follows another one, so that none meets another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.lab.accounts import account_files
from deploy.lab.bench.resting.world import HOSTS, Size, env_of, leader_of
from deploy.lab.keys import KeyPair
from deploy.lab.lab import Lab
from deploy.lab.machine import Machine, Plan, boot
from deploy.lab.shophost import DEPLOY, SHOP, SSHD_CONFIG, start_sshd

NAME = "hosts"
MORE = "MaxStartups 400\n"
"""A hundred logins at once are no attack here."""


def start_hosts(lab: Lab, size: Size, key: KeyPair) -> Machine:
    """The machine, and sshd on all of its addresses."""
    folder = lab.folder / NAME
    folder.mkdir(mode=0o755)
    [machine] = boot([Plan(name=NAME, address=HOSTS, folder=folder, files=_files(lab, size, key))])
    lab.switch.join([machine])
    lab.machines[NAME] = machine
    start_sshd(machine)
    return machine


def _files(lab: Lab, size: Size, key: KeyPair) -> Mapping[str, Path]:
    folder = lab.folder / NAME
    return {
        **account_files(folder, (DEPLOY, SHOP), sudoer=DEPLOY.name),
        "/etc/ssh": _ssh(folder / "ssh", lab, key),
        "/srv": _srv(folder / "srv", size),
        "/var/lib": _folder(folder / "var-lib"),
    }


def _ssh(folder: Path, lab: Lab, key: KeyPair) -> Path:
    _folder(folder)
    private = folder / "ssh_host_ed25519_key"
    private.touch(mode=0o600)
    private.write_text(key.openssh)
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(user=DEPLOY.name) + MORE)
    (folder / "authorized_keys").write_text(lab.secrets.ssh.ssh_public + "\n")
    return folder


def _srv(folder: Path, size: Size) -> Path:
    """Every file points at the leader already: a cluster that rests needs nothing."""
    _folder(folder)
    _folder(folder / DEPLOY.name)
    for host, cluster in size.followers.items():
        at = leader_of(cluster)
        path = folder / Path(env_of(host)).relative_to("/srv")
        _folder(path.parent)
        path.write_text(f"APP_HOST={host}\nDB_HOST={at.address}\nDB_PORT={at.port}\n")
    return folder


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return path
