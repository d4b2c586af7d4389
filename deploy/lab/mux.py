"""HAProxy on a member's machine, from the file that deploy renders: it owns the traffic port."""

from __future__ import annotations

from pathlib import Path

from deploy.lab import layout
from deploy.lab.machine import LabError, Machine
from deploy.lab.network import NETWORK
from deploy.lab.process import Process
from deploy.render import MuxGround, mux_cfg
from jobs.inventory import Inventory

GROUND = MuxGround(networks=(NETWORK,), log="stdout format raw local0")
"""As on a Linode, but for syslog: what it says stands in the process's own log."""


def start_mux(machine: Machine, inventory: Inventory) -> Process:
    """Write the member's file and start HAProxy, which becomes the user haproxy by itself."""
    config = write_file(machine, inventory)
    machine.run(["install", "-d", "-o", "haproxy", "-g", "haproxy", "/run/haproxy"])
    checked = machine.run(["haproxy", "-c", "-f", str(config)])
    if checked.returncode:
        raise LabError(f"haproxy refused {config}: {checked.stderr}")
    return machine.start("mux", ["haproxy", "-db", "-f", str(config)])


def write_file(machine: Machine, inventory: Inventory) -> Path:
    """Render the member's haproxy.cfg; return its path."""
    config = machine.folder / "haproxy.cfg"
    config.write_text(mux_cfg(inventory, layout.CLUSTER, machine.name, GROUND))
    return config
