"""What befalls a host strikes that host alone, and heals."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from deploy.lab import hostfaults, layout, shophost
from deploy.lab.hostfaults import FOLDER
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError, Machine
from deploy.lab.nemesis.hosts import (
    BreakService,
    EditByHand,
    FillHost,
    HangSshd,
    KillScripts,
    RefuseLogin,
    TakeSudo,
)
from deploy.lab.process import Process, children, wait_for, wait_until
from jobs.inventory import Address

HOST = "shop1"


@pytest.fixture(scope="module")
def host(lab: Lab) -> Lab:
    """Give a lab of which one shop's machine is up, without a database to write to."""
    machine = lab.machines[HOST]
    shophost.write_env(machine, Address(host="10.77.0.21", port=5433), lab.secrets)
    shophost.start_sshd(machine)
    shophost.start_shop(machine)
    (machine.folder / "var-lib/pgbaton/shop").mkdir(parents=True)
    (machine.folder / "var-lib/pgbaton/shop/lock").touch()
    wait_until("sshd", lambda: greets(HOST), seconds=20)
    wait_until("the shop", lambda: shophost.healthz(HOST), seconds=30)
    return lab


def greets(name: str, *, within: float = 20) -> bool:
    """Whether an sshd says who it is."""
    try:
        with socket.create_connection((layout.ADDRESSES[name], 22), timeout=within) as sock:
            return sock.recv(4) == b"SSH-"
    except OSError:
        return False


def refuses(name: str) -> bool:
    """Whether nobody listens where a shop was: one that is slow has not ended."""
    try:
        socket.create_connection((layout.ADDRESSES[name], layout.SHOP_PORT), timeout=20).close()
    except ConnectionRefusedError:
        return True
    return False


def script(machine: Machine) -> Process:
    """Something that waits as our script does, and is what it is called by now."""
    waiting = machine.start("waiting", ["sh", "-c", "sleep 60; :", "pgbaton-remote"])
    wait_until("the script", lambda: waiting.pid and children(waiting.pid), seconds=20)
    return waiting


def env(lab: Lab) -> Path:
    return lab.folder / HOST / "srv/shop/.env"


def test_a_hung_sshd_takes_connections_and_says_nothing(host: Lab) -> None:
    """Until it goes on; a login that waited is answered then."""
    hang = HangSshd(HOST)
    hang.inject(host)
    with socket.create_connection((layout.ADDRESSES[HOST], 22), timeout=20) as waiting:
        assert not greets(HOST, within=1)
        hang.heal(host)
        assert waiting.recv(4) == b"SSH-"


def test_a_full_disk_takes_nothing_and_keeps_what_it_has(host: Lab) -> None:
    """The shop's owner cannot write a byte; healed, what stood there stands there, and there is room."""
    full, before = FillHost(HOST), env(host).read_bytes()
    write = ["sh", "-c", f"echo something >{FOLDER}/new"]
    full.inject(host)
    assert host.machines[HOST].run(write, user=layout.SHOP_USER).returncode != 0
    read = host.machines[HOST].run(["cat", layout.ENV_FILE])
    assert read.stdout.encode() == before
    full.heal(host)
    assert env(host).read_bytes() == before
    assert env(host).stat().st_uid == shophost.SHOP.number
    assert host.machines[HOST].run(write, user=layout.SHOP_USER).returncode == 0
    assert not (env(host).parent / "filler").exists()


def test_a_shop_that_does_not_start_runs_on_until_it_is_stopped(host: Lab) -> None:
    """It starts by itself once it can."""
    machine, broken = host.machines[HOST], BreakService(HOST)
    before = len(shophost.boots(machine.folder))
    broken.inject(host)
    first = wait_for("its answer", lambda: shophost.healthz(HOST), seconds=20)["started"]
    machine.run(["sv", "term", "shop"])
    wait_until("the shop's end", lambda: refuses(HOST), seconds=20)
    assert len(shophost.boots(machine.folder)) == before
    broken.heal(host)
    wait_until("it", lambda: shophost.healthz(HOST).get("started", first) != first, seconds=30)
    assert len(shophost.boots(machine.folder)) == before + 1


def test_an_edit_by_hand_is_on_the_record(host: Lab) -> None:
    """The file says another address and is the shop's still; the shop is left alone."""
    machine = host.machines[HOST]
    before = len(shophost.boots(machine.folder))
    EditByHand(HOST, "10.77.0.22").inject(host)
    assert "DB_HOST=10.77.0.22\n" in env(host).read_text()
    assert env(host).stat().st_uid == shophost.SHOP.number
    assert [(one.host, one.what) for one in host.stirs] == [(HOST, "edit")]
    assert len(shophost.boots(machine.folder)) == before


def test_a_forgotten_key_is_known_again(host: Lab) -> None:
    """Only the file of keys changes, and sshd lives on."""
    keys, refuse = host.folder / HOST / "ssh/authorized_keys", RefuseLogin(HOST)
    before = keys.read_text()
    refuse.inject(host)
    assert (keys.read_text(), greets(HOST)) == ("", True)
    refuse.heal(host)
    assert keys.read_text() == before


def test_sudo_s_right_is_taken_and_given_back(host: Lab) -> None:
    """What waits as root is killed with it; what the user may do without sudo, it may do still."""
    machine, take = host.machines[HOST], TakeSudo(HOST)
    ask = ["sudo", "-n", "true"]
    waiting = script(machine)
    assert machine.run(ask, user=shophost.DEPLOY.name).returncode == 0
    take.inject(host)
    wait_until("its end", lambda: not waiting.alive, seconds=20)
    assert "password" in machine.run(ask, user=shophost.DEPLOY.name).stderr
    assert machine.run(["true"], user=shophost.DEPLOY.name).returncode == 0
    take.heal(host)
    assert machine.run(ask, user=shophost.DEPLOY.name).returncode == 0


def test_scripts_that_wait_are_killed_and_their_absence_is_said(host: Lab) -> None:
    """A drill that found none to kill would have shown nothing."""
    machine, kill = host.machines[HOST], KillScripts([HOST])
    with pytest.raises(LabError, match="no script of pgbaton waits on shop1"):
        kill.inject(host)
    waiting = script(machine)
    kill.inject(host)
    wait_until("its end", lambda: not waiting.alive, seconds=20)


def test_a_machine_on_which_something_hangs_can_lose_its_plug(host: Lab) -> None:
    """A process that is stopped, and whoever waits for it outside, must not hold its end up."""
    hostfaults.hang_sshd(host, HOST)
    host.machines[HOST].pull_plug()
    assert host.machines[HOST].shell.poll() is not None
