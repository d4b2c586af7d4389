"""What befalls machines and processes, and what heals it again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from deploy.lab import etcd, layout, mux, patroni, shophost
from deploy.lab.lab import Lab
from deploy.lab.machine import PATH, LabError
from deploy.lab.process import Process, descendants
from deploy.lab.stir import Stir

CUT = """\
table inet cut {{
  chain in {{ type filter hook input priority 0; ip saddr {{ {addresses} }} drop; }}
  chain out {{ type filter hook output priority 0; ip daddr {{ {addresses} }} drop; }}
}}
"""

PORT = """\
table inet port {{
  chain out {{ type filter hook output priority 0; tcp dport {port} drop; }}
}}
"""
DATE = """\
#!/bin/sh
case $* in *-d*) exec /usr/bin/date "$@" ;; esac
exec /usr/bin/date -d '-{seconds} seconds' "$@"
"""


def lose_machine(lab: Lab, name: str) -> None:
    """The link first, then the plug: nobody gets a FIN, and its peers' connections stay half open."""
    lab.switch.cut(name)
    lab.machines[name].pull_plug()


def return_member(lab: Lab, name: str) -> Process:
    """A lost database machine boots again with the disk it had; mux and Patroni start."""
    lab.boot([name])
    mux.start_mux(lab.machines[name], lab.inventory)
    return patroni.start_patroni(lab.machines[name], lab.inventory, lab.secrets, lab.program)


def return_shop(lab: Lab, name: str) -> None:
    """A lost shop's machine boots again with its disk; sshd and the shop start."""
    lab.boot([name])
    found = shophost.env_value(lab.footing.env(name), "DB_HOST")
    lab.stirs.append(Stir(host=name, what="boot", at=time.time(), found=found))
    shophost.start_sshd(lab.machines[name])
    shophost.start_shop(lab.machines[name])


def partition(lab: Lab, name: str, others: Sequence[str]) -> None:
    """Drop every packet between a machine and others, silently, both ways."""
    addresses = ", ".join(layout.ADDRESSES[other] for other in others)
    done = lab.machines[name].run(["nft", "-f", "-"], stdin=CUT.format(addresses=addresses))
    if done.returncode:
        raise LabError(f"nft refused: {done.stderr}")


def heal(lab: Lab, name: str) -> None:
    """End a partition."""
    lab.machines[name].run(["nft", "delete", "table", "inet", "cut"])


def mute(lab: Lab, name: str, port: int) -> None:
    """Drop every packet that leaves a machine for this port, silently."""
    done = lab.machines[name].run(["nft", "-f", "-"], stdin=PORT.format(port=port))
    if done.returncode:
        raise LabError(f"nft refused: {done.stderr}")


def unmute(lab: Lab, name: str) -> None:
    lab.machines[name].run(["nft", "delete", "table", "inet", "port"])


def shift_clock(lab: Lab, member: str, seconds: int) -> None:
    """The hook of a member finds another `date` first, which is behind by so many seconds."""
    folder = lab.folder / member
    shim, conf = folder / "clock/date", folder / "hook.conf"
    shim.parent.mkdir(mode=0o755, exist_ok=True)
    shim.write_text(DATE.format(seconds=seconds))
    shim.chmod(0o755)
    conf.write_text(f"{conf.read_text()}path={shim.parent}:{PATH}\n")


def right_clock(lab: Lab, member: str) -> None:
    conf = lab.folder / member / "hook.conf"
    lines = conf.read_text().splitlines(keepends=True)
    conf.write_text("".join(line for line in lines if not line.startswith("path=")))


def kill(lab: Lab, machine: str, process: str) -> None:
    """SIGKILL one process; what it started lives on."""
    find(lab, machine, process).signal(signal.SIGKILL)


def kill_all(lab: Lab, machine: str, process: str) -> None:
    """SIGKILL one process, then everything below it: nothing holds its port or its lock any more."""
    _signal_all(find(lab, machine, process), signal.SIGKILL)


def freeze(lab: Lab, machine: str, process: str) -> None:
    """SIGSTOP: it is there, and does nothing."""
    find(lab, machine, process).signal(signal.SIGSTOP)


def thaw(lab: Lab, machine: str, process: str) -> None:
    find(lab, machine, process).signal(signal.SIGCONT)


def freeze_all(lab: Lab, machine: str, process: str) -> None:
    """SIGSTOP to one process and everything below it: a gunicorn's own workers too."""
    _signal_all(find(lab, machine, process), signal.SIGSTOP)


def thaw_all(lab: Lab, machine: str, process: str) -> None:
    _signal_all(find(lab, machine, process), signal.SIGCONT)


def _signal_all(found: Process, number: signal.Signals) -> None:
    below = list(descendants(found.pid)) if found.pid is not None else []
    found.signal(number)
    for pid in below:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def find(lab: Lab, machine: str, process: str) -> Process:
    """The newest process of that name on a machine."""
    named = [p for p in lab.machines[machine].processes if p.name == process and p.alive]
    if not named:
        raise LabError(f"no process {process} lives on {machine}")
    return named[-1]


def kill_postmaster(lab: Lab, member: str) -> str:
    """SIGKILL PostgreSQL's first process: its children end by themselves, and nothing is written down.
    Returns its id, as its machine knows it."""
    pid, _ = postmaster(lab, member)
    done = lab.machines[member].run(["kill", "-9", pid or "none"])
    if done.returncode:
        raise LabError(f"the postmaster of {member} was not killed: {done.stderr}")
    return pid


def postmaster(lab: Lab, member: str) -> tuple[str, bool]:
    """The id of PostgreSQL's first process by its own file ("" where there is none), and whether it
    takes connections."""
    root = Path(f"/proc/{lab.machines[member].pid}/root")
    file = root / "var/lib/postgresql/pgbaton/postmaster.pid"
    try:
        lines = file.read_text().split("\n")
    except OSError:
        return "", False
    return lines[0].strip(), any(line.strip() == "ready" for line in lines)


def stop_etcd(lab: Lab, names: Sequence[str]) -> None:
    """SIGTERM, one after the other."""
    for name in names:
        find(lab, name, "etcd").stop()


def return_etcd(lab: Lab, names: Sequence[str]) -> None:
    """etcd members that were stopped start again with the data they had. Whether they have a quorum is
    not waited for: others may be in trouble still."""
    for name in names:
        etcd.start_etcd(lab.machines[name], lab.inventory)


def open_connections(lab: Lab, machine: str, address: str) -> int:
    """How many TCP connections a machine believes to have with an address."""
    done = lab.machines[machine].run(["ss", "-Htn", "state", "established", "dst", address])
    return len(done.stdout.splitlines())
