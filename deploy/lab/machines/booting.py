"""Boots machines from one image, each on a disk of its own: without it only processes could be lost."""

from __future__ import annotations

import select
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.lab.machine import NAMESPACES, PATH, LabError, Machine, Plan
from deploy.lab.process import about, children, wait_until

BOOT = Path(__file__).parent / "boot.sh"
WITHIN = 60.0
"""Seconds until a machine's systemd must be there: twelve of them share two cores."""


def boot(
    plans: Sequence[Plan], image: Path, join: Callable[[Sequence[Machine]], None]
) -> list[Machine]:
    """Boot machines together; `join` lays their network before anything on them runs.

    Call from a thread that outlives them: its end is their end.
    """
    shells = [_unshare(plan, image) for plan in plans]
    try:
        found = [_unshared(plan, shell) for plan, shell in zip(plans, shells, strict=True)]
        join(found)
        return [_booted(machine) for machine in found]
    except (LabError, TimeoutError):
        for shell in shells:
            shell.kill()
            shell.wait(timeout=10)
        raise


def disk(machine: Machine | Plan, path: str) -> Path:
    """Where a file that a machine wrote lies outside of it, also when the machine is gone."""
    return machine.folder / "disk" / path.lstrip("/")


def _unshare(plan: Plan, image: Path) -> subprocess.Popen[bytes]:
    for name in ("disk", "work", "root"):
        (plan.folder / name).mkdir(mode=0o755, parents=True, exist_ok=True)
    with (plan.folder / "machine.log").open("ab") as log:
        return subprocess.Popen(
            # Whoever dies, however: driver, unshare, process 1: all below it dies too.
            ["setpriv", "--pdeathsig", "KILL", "unshare", *NAMESPACES, "--fork", "--kill-child",
             "--mount-proc", "--propagation", "private",
             "sh", str(BOOT), plan.name, str(plan.folder), str(image), cgroup_of(plan)],
            env={"PATH": PATH},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip


def cgroup_of(plan: Plan) -> str:
    """A machine's own cgroup: named by its lab, so that the next one can tell whose is left."""
    return f"pgbaton-{plan.folder.parent.name}-{plan.name}"


def _unshared(plan: Plan, shell: subprocess.Popen[bytes]) -> Machine:
    assert shell.stdout is not None
    readable, _, _ = select.select([shell.stdout], [], [], WITHIN)
    if not readable or shell.stdout.readline() != b"up\n":
        log = (plan.folder / "machine.log").read_text()
        raise LabError(f"machine {plan.name} got no disk or no cgroup: {log}")
    return Machine(plan=plan, shell=shell, pid=children(shell.pid)[0])


def _booted(machine: Machine) -> Machine:
    """The same machine, with its systemd as process 1."""
    shell, outer = machine.shell, machine.pid
    assert shell.stdin is not None
    with shell.stdin as go:
        go.write(b"go\n")
    wait_until(f"{machine.name} to boot", lambda: _systemd(outer), seconds=WITHIN, step=0.02)
    machine.pid = _systemd(outer) or outer
    return machine


def _systemd(nspawn: int) -> int | None:
    """The systemd below a systemd-nspawn, as soon as it is one."""
    return next((pid for pid in children(nspawn) if about(pid, "comm") == "systemd\n"), None)
