"""Database machines that a stale primary can be stopped on: sshd with the one command that production has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.isolate import authorized_key, isolate_script
from deploy.lab import layout
from deploy.lab.patroni import postgresql_bin
from deploy.render import PatroniGround
from deploy.render.isolate import IsolateGround, isolate_conf

if TYPE_CHECKING:
    from deploy.lab.lab import Lab
    from deploy.lab.machine import Machine

PORT = 2222
"""sshd runs as PostgreSQL's owner, since that account is locked on the real machine, whose accounts these
machines share; only root may listen at 22."""

STOPPING: Mapping[str, Any] = {
    "clusters": {layout.CLUSTER: {"isolation": {"policy": "stop", "port": PORT}}}
}
"""What a setting's inventory says for it."""

SSHD_CONFIG = """\
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
AllowUsers postgres
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
"""


def start_isolation(lab: Lab) -> None:
    """On every member, for a setting's `also`."""
    for name in layout.MEMBERS:
        machine = lab.machines[name]
        folder = _folder(lab, machine)
        machine.run(["mkdir", "-m", "0755", "-p", "/run/sshd"])
        command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")]
        machine.start("isolation", command, user="postgres")


def _folder(lab: Lab, machine: Machine) -> Path:
    """Everything beside the lab's other files of the machine; only host key and fence are postgres' own."""
    folder = machine.folder / "isolation"
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    shutil.chown(state, "postgres", "postgres")
    script, conf = folder / "pgbaton-isolate", folder / "isolate.conf"
    script.write_text(isolate_script())
    script.chmod(0o755)
    conf.write_text(_conf(lab, machine, state))
    line = authorized_key(lab.secrets.ssh.ssh_public, script=str(script), config=str(conf))
    (folder / "authorized_keys").write_text(line)
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(port=PORT, folder=folder))
    key = folder / "host_key"
    key.touch(mode=0o600)
    shutil.chown(key, "postgres", "postgres")
    key.write_text(lab.secrets.host_keys[machine.name].openssh)
    return folder


def _conf(lab: Lab, machine: Machine, state: Path) -> str:
    data = PatroniGround(networks=(), hook=None).data_dir
    ground = IsolateGround(data_dir=data, bin_dir=str(postgresql_bin()), state=str(state))
    return isolate_conf(lab.inventory, layout.CLUSTER, machine.name, ground=ground)
