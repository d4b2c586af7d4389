"""What others would use instead of pgbaton: ansible-playbook, and ssh from a shell, side by side or in a loop.

Each puts the leader's address into the file and runs the application's command as its owner, as pgbaton
does. None of them keeps a fence or a journal, proves that the leader can be reached, or tells anybody.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from subprocess import CompletedProcess

from deploy.lab import layout
from deploy.lab.bench.fanned.ground import Ground
from deploy.lab.bench.fanned.hosts import CACHED, Host, env_file, file_of
from deploy.lab.bench.fanned.tables import ADDRESSES
from deploy.lab.machine import LabError
from deploy.lab.pgbaton import environment

ANSIBLE, SHELL = "ansible", "shell"
"""Whose files on the hosts are called how, before the number of hosts."""
FORKS, AT_ONCE = 50, 32
"""What ansible works on at a time, and how many ssh a shell starts."""
TIMEOUT = 300

SSH_CONFIG = """\
Host *
  User {user}
  IdentityFile {key}
  UserKnownHostsFile {known}
  StrictHostKeyChecking yes
  BatchMode yes
  LogLevel ERROR
"""

ANSIBLE_CFG = """\
[defaults]
inventory = {folder}/peers.ini
remote_user = {user}
private_key_file = {key}
forks = {forks}
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = True
control_path_dir = /tmp/control
ssh_args = -o UserKnownHostsFile={known} -o ControlMaster=auto -o ControlPersist=60s
"""

HANG_UP = (
    'for at in /tmp/control/*; do [ ! -S "$at" ] || ssh -o "ControlPath=$at" -O exit peer; done'
)
"""Ends the connections that ansible leaves open for a minute: they would make its next run a warm one."""


@dataclass(slots=True, kw_only=True)
class Peers:
    """The other tools, on the machine from which pgbaton works, too. Every run leads the hosts to the
    address that they do not follow yet, with connections of its own."""

    ground: Ground
    _runs: Counter[str] = field(default_factory=Counter)

    def ansible(self, hosts: Sequence[Host]) -> float:
        """Seconds for one playbook from its start to its end."""
        if shutil.which("ansible-playbook") is None:
            raise LabError(
                "ansible-playbook is missing: start the bench by ./dev bench fanout, or "
                "install ansible-core"
            )
        return self._run(ANSIBLE, hosts, self._playbook)

    def shell(self, hosts: Sequence[Host], *, at_once: int) -> float:
        """Seconds for an ssh to each host, so many at once; 1: a loop."""
        return self._run(SHELL, hosts, lambda *asked: self._xargs(*asked, at_once=at_once))

    def _run(
        self, side: str, hosts: Sequence[Host], prepare: Callable[[Sequence[Host], str], str]
    ) -> float:
        name = file_of(side, hosts)
        self._runs[name] += 1
        address = ADDRESSES[self._runs[name] % len(ADDRESSES)]
        command = prepare(hosts, address)
        began = time.monotonic()
        done = self._sh(command)
        seconds = time.monotonic() - began
        self._sh(HANG_UP)
        if done.returncode:
            raise LabError(f"{side} failed: {(done.stdout + done.stderr)[-800:]}")
        for host in hosts:
            if not self.ground.hosts.follow([host], name, address):
                raise LabError(f"{side} left {host.name} behind")
        return seconds

    def _sh(self, command: str) -> CompletedProcess[str]:
        return self.ground.lab.machines["control"].run(["sh", "-c", command], timeout=TIMEOUT)

    def _playbook(self, hosts: Sequence[Host], address: str) -> str:
        folder = self.ground.lab.machines["control"].folder
        (folder / "peers.ini").write_text("".join(f"{host.address}\n" for host in hosts))
        (folder / "play.json").write_text(
            json.dumps(play(address, env_file(file_of(ANSIBLE, hosts))))
        )
        (folder / "ansible.cfg").write_text(
            ANSIBLE_CFG.format(folder=folder, forks=FORKS, **self._known)
        )
        return f"HOME=/tmp ANSIBLE_CONFIG={folder}/ansible.cfg ansible-playbook {folder}/play.json"

    def _xargs(self, hosts: Sequence[Host], address: str, *, at_once: int) -> str:
        folder = self.ground.lab.machines["control"].folder
        (folder / "peers").write_text("".join(f"{host.address}\n" for host in hosts))
        (folder / "ssh_config").write_text(SSH_CONFIG.format(**self._known))
        (folder / "remote").write_text(remote(address, env_file(file_of(SHELL, hosts))))
        ssh = f'ssh -F {folder}/ssh_config "$1" "$(cat {folder}/remote)"'
        return f"xargs -a {folder}/peers -P {at_once} -n 1 sh -c '{ssh}' ssh"

    @property
    def _known(self) -> Mapping[str, str]:
        lab = self.ground.lab
        return {
            "user": layout.DEPLOY_USER,
            "key": environment(lab, "cli")["PGBATON_SSH_KEY"],
            "known": str(lab.machines["control"].folder / "known_hosts"),
        }


def play(address: str, file: str) -> Sequence[Mapping[str, object]]:
    """The playbook, as JSON, which is YAML too."""
    folder = file.rpartition("/")[0]
    return [
        {
            "hosts": "all",
            "gather_facts": False,
            "become": True,
            "tasks": [
                {
                    "name": "the file",
                    "lineinfile": {
                        "path": file,
                        "regexp": "^DB_HOST=",
                        "line": f"DB_HOST={address}",
                    },
                },
                {
                    "name": "the application",
                    "command": {"cmd": f"cp .env {CACHED}", "chdir": folder},
                    "become_user": layout.SHOP_USER,
                },
            ],
        }
    ]


def remote(address: str, file: str) -> str:
    """What a shell runs on a host."""
    folder = file.rpartition("/")[0]
    edit = f"sudo -n sed -i 's/^DB_HOST=.*/DB_HOST={address}/' {file}"
    return f"{edit} && sudo -n -u {layout.SHOP_USER} cp {file} {folder}/{CACHED}"
