"""Somebody edits a machine by hand: push must set it right, and restart nobody whom that does not concern."""

from __future__ import annotations

import time

from deploy.lab import layout
from deploy.lab.drill.invariants import Checked
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.machines.rise import push
from deploy.lab.machines.site import Site

EDITED, FILE = "etcd2", "/etc/etcd/etcd.conf.yml"


def nothing_to_change(lab: Lab, site: Site) -> Checked:
    """After the disaster every machine still holds what the inventory says."""
    began = time.monotonic()
    try:
        push(lab, site, "--check")
    except LabError as error:
        held, evidence = False, str(error)
    else:
        held, evidence = True, f"looked at every machine in {time.monotonic() - began:.1f} s"
    return Checked(name="push finds nothing to change afterwards", held=held, evidence=evidence)


def set_right(lab: Lab, site: Site) -> Checked:
    """One line more in one etcd member's file: that member restarts, and no other."""
    began, before = time.monotonic(), _processes(lab)
    lab.machines[EDITED].run(["sh", "-c", f"echo '# by hand' >>{FILE}"])
    try:
        push(lab, site)
        left = lab.machines[EDITED].run(["grep", "-c", "by hand", FILE]).stdout.strip()
    except LabError as error:
        return Checked(name=NAME, held=False, evidence=str(error))
    now = _processes(lab)
    restarted = [name for name, pid in now.items() if pid != before[name]]
    return Checked(
        name=NAME,
        held=left == "0" and restarted == [EDITED],
        evidence=f"{FILE} of {EDITED} set right in {time.monotonic() - began:.1f} s; etcd was "
        f"restarted on {', '.join(restarted) or 'no machine'}",
    )


NAME = "push sets right what somebody edited, and restarts that one alone"


def _processes(lab: Lab) -> dict[str, str]:
    """Each etcd's process, as its own systemd knows it."""
    ask = ["systemctl", "show", "--property=MainPID", "etcd.service"]
    return {name: lab.machines[name].run(ask).stdout.strip() for name in layout.ETCD}
