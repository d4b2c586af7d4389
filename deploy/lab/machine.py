"""A machine of the lab: namespaces of its own, so that killing one process is pulling its plug."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.process import Process, children

CHECKOUT = Path(__file__).resolve().parents[2]
NAMESPACES = ("--net", "--mount", "--pid", "--ipc", "--uts")
WITHIN = 60.0
"""Seconds until a machine must be there."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class LabError(Exception):
    """Something of the lab did not come up; the message names the log to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A machine before it runs: its address, and files of its own over the real ones."""

    name: str
    address: str
    folder: Path
    further: Sequence[str] = ()
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Machine:
    """A running machine. `pid` is its process 1 as seen from outside."""

    plan: Plan
    shell: subprocess.Popen[bytes]
    pid: int
    processes: list[Process] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def address(self) -> str:
        return self.plan.address

    @property
    def folder(self) -> Path:
        return self.plan.folder

    def command(self, argv: Sequence[str], *, user: str | None = None) -> list[str]:
        """The command line, run from outside, that runs `argv` on this machine as `user`."""
        enter = ["nsenter", "--target", str(self.pid), *NAMESPACES, "--"]
        become = (
            ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"] if user else []
        )
        return [*enter, "env", "--chdir=/", *become, *argv]

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Process:
        """Start a process; its output goes to `<folder>/log/<name>.log`.

        Secrets may stand in `env`, never in `argv`: `ps` shows that to everybody.
        """
        log = self.folder / "log" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            outer = subprocess.Popen(
                self.command(argv, user=user),
                env={"PATH": PATH, "LANG": "C.UTF-8", **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = Process(name=name, log=log, outer=outer)
        self.processes.append(process)
        return process

    def run(
        self,
        argv: Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and return it, whatever its exit code."""
        return subprocess.run(
            self.command(argv, user=user),
            env={"PATH": PATH, "LANG": "C.UTF-8", **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def pull_plug(self) -> None:
        """SIGKILL process 1: everything on the machine dies in the same moment. Whoever waits outside for a
        process that was stopped is stopped, too, and process 1 ends only once nobody waits."""
        self.strike()
        self.bury()

    def strike(self) -> None:
        """The first half of it: the kernel takes its time with the rest, and many may die at once."""
        os.kill(self.pid, signal.SIGKILL)
        for process in self.processes:
            process.outer.kill()

    def bury(self) -> None:
        """Wait until nothing of it is left."""
        for process in self.processes:
            process.outer.wait(timeout=60)
        self.shell.wait(timeout=60)


def boot(plans: Sequence[Plan]) -> list[Machine]:
    """Start machines together. Call from a thread that outlives them: its end is their end."""
    shells = [_unshare(plan) for plan in plans]
    try:
        return [_booted(plan, shell) for plan, shell in zip(plans, shells, strict=True)]
    except LabError:
        for shell in shells:
            shell.kill()
            shell.wait(timeout=10)
        raise


def _unshare(plan: Plan) -> subprocess.Popen[bytes]:
    plan.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    mounts = (f"{source} {target}\n" for target, source in plan.files.items())
    (plan.folder / "mounts").write_text("".join(mounts))
    script = CHECKOUT / "deploy/lab/machine.sh"
    with (plan.folder / "machine.log").open("ab") as log:
        return subprocess.Popen(
            # Whoever dies, however: driver, unshare, process 1: all below it dies too.
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "unshare",
                *NAMESPACES,
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                "sh",
                str(script),
                plan.name,
                str(plan.folder),
                str(CHECKOUT),
            ],
            env={"PATH": PATH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def _booted(plan: Plan, shell: subprocess.Popen[bytes]) -> Machine:
    assert shell.stdout is not None
    with shell.stdout as said:
        readable, _, _ = select.select([said], [], [], WITHIN)
        up = bool(readable) and said.readline() == b"up\n"
    if not up:
        log = (plan.folder / "machine.log").read_text()
        raise LabError(f"machine {plan.name} did not start: {log}")
    return Machine(plan=plan, shell=shell, pid=children(shell.pid)[0])
