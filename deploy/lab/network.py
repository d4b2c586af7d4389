"""The lab's network: a bridge on a machine of its own, so that nothing shows on the real one."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address

from deploy.lab.machine import PATH, LabError, Machine

NETWORK = "10.77.0.0/24"
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The machine that holds the bridge. A port is called like the machine at its other end."""

    machine: Machine

    def open(self) -> None:
        _ip(self.machine.pid, ["link add lab type bridge forward_delay 0", "link set lab up"])

    def join(self, machines: Sequence[Machine]) -> None:
        """Lay a cable to each machine and give it its addresses: one that boots again has the hardware's of
        before, for who took its new one for a while would not reach it."""
        here = self.machine.pid
        for m in machines:
            self._forget(m.name)
        cables = (
            f"link add name eth0 address {_hardware(m.address)} netns {m.pid} "
            f"type veth peer name {m.name} netns {here}"
            for m in machines
        )
        _ip(None, cables)
        _ip(here, (f"link set {m.name} master lab up" for m in machines))
        for m in machines:
            addresses = (m.address, *m.plan.further)
            _ip(m.pid, [*(f"addr add {a}/24 dev eth0" for a in addresses), "link set eth0 up"])

    def _forget(self, name: str) -> None:
        """Pull out the cable of a machine that died: the kernel itself takes its time with that."""
        enter = ["nsenter", "--target", str(self.machine.pid), "--net", "--"]
        subprocess.run(
            [*enter, "ip", "link", "delete", name],
            env={"PATH": PATH},
            capture_output=True,
            check=False,
            timeout=30,
        )

    def cut(self, name: str) -> None:
        """Take a machine's link down: from now on nobody hears of it, no FIN, no RST."""
        _ip(self.machine.pid, [f"link set {name} down"])

    def mend(self, name: str) -> None:
        _ip(self.machine.pid, [f"link set {name} up"])


def _hardware(address: str) -> str:
    """A MAC address of our own making (locally administered) for an IPv4 one."""
    return ":".join(f"{one:02x}" for one in (2, 0, *IPv4Address(address).packed))


def _ip(pid: int | None, lines: Iterator[str] | Sequence[str]) -> None:
    enter = ["nsenter", "--target", str(pid), "--net", "--"] if pid else []
    done = subprocess.run(
        [*enter, "ip", "-batch", "-"],
        input="\n".join(lines),
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if done.returncode:
        raise LabError(f"ip refused: {done.stderr.strip()}")


@contextmanager
def standing_in(machine: Machine) -> Iterator[None]:
    """Put this thread, and every thread it starts meanwhile, on a machine's network."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _enter(f"/proc/{machine.pid}/ns/net")
        yield
    finally:
        _setns(before)
        os.close(before)


def _enter(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        _setns(handle)
    finally:
        os.close(handle)


def _setns(handle: int) -> None:
    if _LIBC.setns(handle, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "setns")
