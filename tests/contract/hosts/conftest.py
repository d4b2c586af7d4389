"""Without this file every test here would start an sshd of its own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.remote import hardened_script, plain_script
from deploy.remote.hardened import authorized_key, sudoers
from tests.contract.hosts.machine import Machine, running_machine
from tests.contract.hosts.vault import Vault
from tests.contract.hosts.worlds import FakeWorld, RealWorld, World
from workers.ssh import SshHands, load_key


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A host with a real sshd, shared by the session; each test brings its own cluster and files."""
    with running_machine() as machine:
        yield machine


@pytest.fixture
def hands(machine: Machine) -> Iterator[SshHands]:
    """The real hand, with connections of its own."""
    with SshHands(key=load_key(machine.key_file), script=plain_script()) as hands:
        yield hands


@pytest.fixture
def real(machine: Machine, hands: SshHands) -> Iterator[RealWorld]:
    """A fresh cluster on the real host, as a user who may sudo."""
    real = RealWorld(machine, hands, machine.host("deploy"))
    with real.listener:
        yield real


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh cluster on a host in memory, and on a real one as a user who may sudo."""
    if request.param == "fake":
        yield FakeWorld()
        return
    real: RealWorld = request.getfixturevalue("real")
    yield real


@pytest.fixture
def vault(machine: Machine, tmp_path: Path) -> Iterator[Vault]:
    """The script installed, sudo's rule written, and a key that can do nothing else."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")],
        check=True,
        timeout=30,
    )
    script = machine.root / "sbin/pgbaton-remote"
    script.write_text(hardened_script())
    script.chmod(0o755)
    rule = machine.root / "etc/sudoers.d/pgbaton"
    rule.write_text(sudoers("stranger"))
    rule.chmod(0o440)
    keys = machine.root / "authorized_keys_stranger"
    keys.write_text(authorized_key((tmp_path / "key.pub").read_text()))
    with SshHands(key=load_key(tmp_path / "key"), script=plain_script()) as hands:
        world = Vault(machine, hands, machine.host("stranger", mode="hardened"))
        with world.listener:
            yield world
    keys.unlink()
    rule.unlink()
