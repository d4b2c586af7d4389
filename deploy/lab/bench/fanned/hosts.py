"""Three hundred hosts on six machines: each with an sshd, files and a folder of journals of its own.

A host here is an address and a mount namespace. What the fifty of one machine share is its network
namespace, its process ids, /run and /tmp, and, with everything else in the lab, the kernel.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.accounts import account_files
from deploy.lab.keys import LabSecrets
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError, Machine, Plan, boot
from deploy.lab.process import wait_until
from deploy.lab.shophost import DEPLOY, SHOP, SSHD_CONFIG

PER_MACHINE = 50
START = Path(__file__).parent / "hosts.sh"
ENV = """\
APP_NAME="One of many"
APP_ENV=production
DB_CONNECTION=pgsql
DB_HOST=nowhere
DB_PORT=5432
DB_DATABASE=shop
DB_USERNAME=shop
CACHE_DRIVER=redis
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host, on the machine that holds its network."""

    number: int

    @property
    def name(self) -> str:
        return f"h{self.number:03}"

    @property
    def machine(self) -> str:
        return f"hosts{self._net}"

    @property
    def address(self) -> str:
        return f"10.78.{self._net}.{(self.number - 1) % PER_MACHINE + 1}"

    @property
    def _net(self) -> int:
        return (self.number - 1) // PER_MACHINE + 1


def hosts(count: int) -> Sequence[Host]:
    """The first so many."""
    return tuple(Host(number=number) for number in range(1, count + 1))


def file_of(side: str, its: Sequence[Host]) -> str:
    """The name of the application that one side of the bench moves on so many hosts: each number of
    hosts has its own, so that every run changes the files of all of them."""
    return f"{side}{len(its)}"


def env_file(name: str) -> str:
    """Where every host keeps the file of the application with this name."""
    return f"/srv/{name}/.env"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The hosts of a lab that runs."""

    lab: Lab
    all: Sequence[Host]

    def env(self, host: Host, name: str) -> Path:
        """The file of an application on a host, as it is reached from outside."""
        return self.lab.folder / host.machine / host.name / env_file(name).lstrip("/")

    def follow(self, its: Sequence[Host], name: str, address: str) -> bool:
        """Whether hosts point at an address by this application's file, and acted on it."""
        files = [self.env(host, name) for host in its]
        there = [*files, *(file.with_name(CACHED) for file in files)]
        return all(f.exists() and f"DB_HOST={address}\n" in f.read_text() for f in there)

    def connections(self) -> int:
        """Logins that the hosts hold open, counted on their side."""
        machines = {host.machine for host in self.all}
        command = ["ss", "-Htn", "state", "established", "( sport = :22 )"]
        said = (self.lab.machines[name].run(command).stdout for name in machines)
        return sum(len(text.splitlines()) for text in said)


CACHED = ".env.cached"
"""What an application makes of its file, as `php artisan config:cache` would."""


def start_hosts(lab: Lab, all_hosts: Sequence[Host], names: Sequence[str]) -> Hosts:
    """Boot the machines and start every host's sshd; each has a file for each of the applications."""
    machines = dict.fromkeys(host.machine for host in all_hosts)
    plans = [_plan(lab, name, [h for h in all_hosts if h.machine == name]) for name in machines]
    for host in all_hosts:
        _furnish(lab.folder / host.machine / host.name, host, names, lab.secrets)
    booted = boot(plans)
    lab.switch.join(booted)
    lab.machines |= {machine.name: machine for machine in booted}
    for machine in booted:
        _route(lab, machine)
        machine.start("hosts", ["sh", str(START), str(machine.folder)])
    wait_until("every sshd", lambda: all(map(_greets, all_hosts)), seconds=60, step=0.2)
    return Hosts(lab=lab, all=all_hosts)


def _plan(lab: Lab, name: str, its: Sequence[Host]) -> Plan:
    folder = lab.folder / name
    folder.mkdir(mode=0o755)
    (folder / "hosts").write_text("".join(f"{host.name} {host.address}\n" for host in its))
    files = account_files(folder, (DEPLOY, SHOP), sudoer=DEPLOY.name)
    number = name.removeprefix("hosts")
    return Plan(name=name, address=f"10.77.0.20{number}", folder=folder, files=files)


def _furnish(folder: Path, host: Host, names: Sequence[str], secrets: LabSecrets) -> None:
    """Its /etc/ssh, its /srv and its /var/lib."""
    for part in ("ssh", "srv", "lib"):
        (folder / part).mkdir(mode=0o755, parents=True)
    key = folder / "ssh/ssh_host_ed25519_key"
    key.touch(mode=0o600)
    key.write_text(secrets.host_keys[host.name].openssh)
    (folder / "ssh/sshd_config").write_text(SSHD_CONFIG.format(user=DEPLOY.name))
    (folder / "ssh/authorized_keys").write_text(secrets.ssh.ssh_public + "\n")
    for name, owner in (("deploy", DEPLOY), *((name, SHOP) for name in names)):
        home = folder / "srv" / name
        home.mkdir(mode=0o755)
        os.chown(home, owner.number, owner.number)
    for name in names:
        file = folder / env_file(name).lstrip("/")
        file.write_text(ENV)
        file.chmod(0o640)
        os.chown(file, SHOP.number, SHOP.number)


def _route(lab: Lab, owner: Machine) -> None:
    """Every address of its network is the machine's own, and everybody else asks it."""
    network = f"10.78.{owner.name.removeprefix('hosts')}.0/24"
    for machine in lab.machines.values():
        own = ["local", network, "dev", "lo"]
        way = own if machine is owner else [network, "via", owner.address]
        done = machine.run(["ip", "route", "add", *way])
        if done.returncode:
            raise LabError(f"no way from {machine.name} to {network}: {done.stderr.strip()}")


def _greets(host: Host) -> bool:
    try:
        with socket.create_connection((host.address, 22), timeout=1) as greeted:
            return greeted.recv(4) == b"SSH-"
    except OSError:
        return False


def known(all_hosts: Sequence[Host], secrets: LabSecrets) -> Iterator[str]:
    """The lines of a known_hosts file."""
    for host in all_hosts:
        yield f"{host.address} {secrets.host_keys[host.name].ssh_public}\n"
