"""Scripts that wait on the real host: who starts them, and how many the host itself sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.remote import plain_script
from jobs.inventory import Host, Inventory
from tests.contract import ports
from tests.contract.hosts.machine import Machine, answers
from tests.waiting import until
from workers.ssh import SshHands, load_key
from workers.ssh.readiness import Readiness
from workers.ssh.ready import Ready
from workers.ssh.warmth import Warmth

READER = f"head -c {re.findall('REQUEST_LIMIT=([0-9]+)', plain_script())[0]}"
"""What waits for a request, in a script that waits. Something else of a swap may outlive it: who reads the
output of a daemon that a command left behind."""


def scripts(machine: Machine) -> int:
    """Scripts on the host that wait for their request."""
    listed = machine.inside("ps", "-e", "-o", "args=").stdout.splitlines()
    return sum(line.strip() == READER for line in listed)


def waits(machine: Machine, count: int) -> None:
    """So many are there, soon: who starts one, or lets it end, does not see the host do it."""
    until(lambda: scripts(machine) == count, f"{count} scripts are there")


def inventory_of(hosts: Mapping[str, Host], *, ready: bool = True) -> Inventory:
    """One application that runs on all of these hosts."""
    told = {name: host.model_dump(mode="json") for name, host in hosts.items()}
    file = {"path": "/srv/.env", "format": "dotenv", "keys": {"DB_HOST": "{host}"}}
    return Inventory.model_validate(
        {
            "redis": {"url": "redis://127.0.0.1/0"},
            "etcd": {"main": {"endpoints": ["http://127.0.0.1:2379"]}},
            "clusters": {"orders": {"etcd": "main", "scope": "orders"}},
            "applications": {"shop": {"cluster": "orders", "hosts": list(hosts), "files": [file]}},
            "hosts": told,
            "ssh": {"ready": ready},
        }
    )


@dataclass(slots=True)
class Keeper:
    """What lets scripts wait for a hand, as its worker would; a test lets it look, and turns its clock."""

    hands: SshHands
    inventory: Inventory
    busy: bool = False
    now: float = 0.0
    warmth: Warmth = field(init=False)

    def __post_init__(self) -> None:
        self.warmth = self.hands.warmth(
            self.inventory, busy=lambda: self.busy, clock=lambda: self.now
        )

    def look(self) -> Readiness | None:
        """Connect, then let scripts wait."""
        self.warmth.look()
        if self.warmth.readiness is not None:
            self.warmth.readiness.look()
        return self.warmth.readiness

    def keeps(self, host: Host) -> bool:
        """Whether it has a script for that host, as far as it knows."""
        return self.kept(host) is not None

    def kept(self, host: Host) -> Ready | None:
        """That script."""
        connection, readiness = self.warmth.sessions.seen(host), self.warmth.readiness
        assert connection is not None
        assert readiness is not None
        return readiness.scripts.at(readiness.scripts.slot(host, connection))


def ready_on(real_hands: object, **hosts: Host) -> Keeper:
    """A hand whose scripts wait on these hosts by now."""
    assert isinstance(real_hands, SshHands)
    keeper = Keeper(real_hands, inventory_of(hosts))
    keeper.look()
    return keeper


def kill_scripts(machine: Machine) -> None:
    """Whatever they wait for."""
    machine.inside("sh", "-c", "pkill -9 -f pgbaton-remot[e]; sleep 0.05")


def dying_first(machine: Machine, first: str) -> SshHands:
    """A hand whose script does this the first time that it runs."""
    once = machine.folder(owner="root") / "once"
    script = f"if mkdir {once} 2>/dev/null; then {first}; fi\n{plain_script()}"
    return SshHands(key=load_key(machine.key_file), script=script)


def another_sshd(machine: Machine, option: str) -> Host:
    """The same host by an sshd that differs in one option; it ends with the host."""
    [port] = ports.free()
    text, config = (machine.root / "sshd_config").read_text(), machine.root / f"sshd_config_{port}"
    config.write_text(text.replace(f"Port {machine.port}", f"Port {port}"))
    machine.inside("/usr/sbin/sshd", "-f", str(config), "-o", option)
    until(
        lambda: answers(port), "the other sshd answers"
    )  # it listens after it went to the background
    return machine.host(port=port)
