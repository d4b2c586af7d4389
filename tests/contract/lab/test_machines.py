"""A machine of the lab dies like one in life, and nothing of it shows or stays on the real one."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.lab.ground import lab_folder, sweep
from deploy.lab.machine import Machine, Plan, boot
from deploy.lab.network import Switch
from deploy.lab.process import status, wait_until
from tests import parts

SERVE = """
import socket
server = socket.create_server(("0.0.0.0", 7777))
connection, _ = server.accept()
connection.sendall(b"hello")
while data := connection.recv(100):
    connection.sendall(data)
"""
DRIVER = """
import sys, time
from pathlib import Path
from deploy.lab.ground import lab_folder
from deploy.lab.machine import Plan, boot
with lab_folder(Path(sys.argv[1])) as folder:
    [machine] = boot([Plan(name="alone", address="", folder=folder / "alone")])
    process = machine.start("sleeper", ["sleep", "86398"])
    while process.pid is None:
        time.sleep(0.01)
    print(machine.pid, process.pid, flush=True)
    time.sleep(60)
"""


def talk(machines: dict[str, Machine]) -> socket.socket:
    """Open a connection to a server on `left` that says hello and then repeats."""
    machines["left"].start("server", [sys.executable, "-c", SERVE])
    deadline = time.monotonic() + 20
    while True:
        try:
            connection = socket.create_connection(("10.77.0.61", 7777), timeout=20)
        except OSError:
            assert time.monotonic() < deadline, "the server never listened"
            time.sleep(0.05)
        else:
            assert connection.recv(5) == b"hello"
            return connection


def silent(connection: socket.socket, *, seconds: float) -> bool:
    """Whether nothing arrives: no data, no FIN, no RST."""
    readable, _, _ = select.select([connection], [], [], seconds)
    return not readable


def hardware(machine: Machine) -> str:
    """The MAC address of its cable."""
    return machine.run(["ip", "-o", "link", "show", "eth0"]).stdout.partition("link/ether ")[2][:17]


def alive(pid: int) -> bool:
    return status(pid)[:1] not in ([], ["Z"])


def test_a_killed_process_says_goodbye(machines: dict[str, Machine]) -> None:
    """SIGKILL alone is no lost machine: the kernel sends FIN."""
    with talk(machines) as connection:
        machines["left"].processes[-1].signal(signal.SIGKILL)
        assert not silent(connection, seconds=20)


def test_a_lost_machine_leaves_half_open_connections(machines: dict[str, Machine]) -> None:
    """The link first, then the plug: its peer hears nothing for three seconds and more."""
    with talk(machines) as connection:
        Switch(machine=machines["switch"]).cut("left")
        machines["left"].pull_plug()
        connection.sendall(b"anybody there?")
        assert silent(connection, seconds=3)


def test_a_lost_machine_returns_with_its_disk(machines: dict[str, Machine]) -> None:
    """At once, with the same addresses (the hardware's too: neighbours remember it) and folder, and it can be
    reached again."""
    switch, lost = Switch(machine=machines["switch"]), machines["left"]
    before = hardware(lost)
    (lost.folder / "kept").write_text("before")
    switch.cut("left")
    lost.pull_plug()
    [machines["left"]] = boot([lost.plan])
    switch.join([machines["left"]])
    assert (machines["left"].folder / "kept").read_text() == "before"
    assert hardware(machines["left"]) == before != hardware(machines["right"])
    with talk(machines) as connection:
        connection.sendall(b"again")
        assert connection.recv(5) == b"again"


def test_everything_on_a_machine_dies_with_it(machines: dict[str, Machine]) -> None:
    """Also what has left its parent and its session; System V memory is gone as well."""
    left = machines["left"]
    left.run(
        ["sh", "-c", "setsid sleep 86399 >/dev/null 2>&1 & setsid sleep 86399 >/dev/null 2>&1 &"]
    )
    left.run(["ipcmk", "--shmem", "4096"])
    wait_until("both to sleep", lambda: len(sleepers(left, "86399")) == 2, seconds=20)
    before = sleepers(left, "86399")
    left.pull_plug()
    wait_until("them to die", lambda: not any(map(alive, before)), seconds=20)


def sleepers(machine: Machine, mark: str) -> list[int]:
    """Ids, as seen from outside, of the processes on a machine that sleep for so long."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
            there = (path.parent / "ns/pid").readlink()
        except OSError:
            continue
        if arguments[:2] == [b"sleep", mark.encode()] and there == own_ids(machine):
            found.append(int(path.parent.name))
    return found


def own_ids(machine: Machine) -> Path:
    """The namespace of a machine's process ids: another test's may sleep as long as ours."""
    return Path(f"/proc/{machine.pid}/ns/pid").readlink()


def test_nothing_shows_on_the_real_machine(machines: dict[str, Machine]) -> None:
    """No interface, no named namespace and no mount is added outside."""
    outside = ["nsenter", "--target", str(os.getppid()), "--net", "--mount", "--"]
    links = subprocess.run([*outside, "ip", "-o", "link"], capture_output=True, text=True).stdout
    assert not any(name in links for name in (*machines, "veth", "lab"))
    assert str(machines["left"].folder) not in Path("/proc/self/mountinfo").read_text()


def test_a_machine_has_files_of_its_own(machines: dict[str, Machine]) -> None:
    """/run, /tmp and /dev/shm are empty at first, and what is written there stays there."""
    for folder in ("/run", "/tmp", "/dev/shm"):
        mark = f"{folder}/pgbaton-{os.getpid()}"
        assert machines["left"].run(["touch", mark]).returncode == 0
        assert not Path(mark).exists()
        assert machines["right"].run(["test", "-e", mark]).returncode == 1


def test_the_checkout_stays_visible(machines: dict[str, Machine]) -> None:
    """Also where it lies below /tmp, which is private to each machine."""
    assert machines["left"].run(["test", "-e", str(parts.ROOT / "pyproject.toml")]).returncode == 0


def test_two_labs_use_the_same_addresses(machines: dict[str, Machine], tmp_path: Path) -> None:
    """A second lab on the same machine neither sees nor disturbs the first."""
    with lab_folder(tmp_path / "labs") as folder:
        plans = [
            Plan(name="switch", address="", folder=folder / "switch"),
            Plan(name="left", address="10.77.0.61", folder=folder / "left"),
        ]
        switch, left = boot(plans)
        second = Switch(machine=switch)
        second.open()
        second.join([left])
        assert left.run(["ip", "-o", "addr", "show", "eth0"]).stdout.count("10.77.0.61") == 1
        for machine in (left, switch):
            machine.pull_plug()
    assert machines["left"].run(["true"]).returncode == 0
    with talk(machines) as connection:
        connection.sendall(b"still")
        assert connection.recv(5) == b"still"


def test_a_killed_driver_takes_its_machines_along(tmp_path: Path) -> None:
    """SIGKILL leaves no process; its folder is removed by the next lab."""
    labs = tmp_path / "labs"
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(labs)],
        env={**os.environ, "PYTHONPATH": str(parts.ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdout is not None
    pids = [int(word) for word in driver.stdout.readline().split()]
    assert len(pids) == 2
    assert all(map(alive, pids))
    driver.kill()
    driver.communicate(timeout=10)
    wait_until("them to die", lambda: not any(map(alive, pids)), seconds=20)
    [left_over] = labs.iterdir()
    with lab_folder(labs) as fresh:
        assert list(labs.iterdir()) == [fresh]
    assert not left_over.exists()


def test_a_living_lab_is_not_swept(tmp_path: Path) -> None:
    """Its lock tells it from a dead one."""
    with lab_folder(tmp_path) as folder:
        assert sweep(tmp_path) == []
        assert folder.exists()
    assert not folder.exists()


def test_a_machine_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A file that is not there is named by mount's own message."""
    plan = Plan(
        name="broken", address="", folder=tmp_path / "broken", files={"/nowhere/at/all": tmp_path}
    )
    with pytest.raises(Exception, match="did not start"):
        boot([plan])
