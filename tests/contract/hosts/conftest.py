"""Without this file every test here would start an sshd of its own."""

from collections.abc import Iterator

import pytest

from deploy.remote import plain_script
from tests.contract.hosts.machine import Machine, running_machine
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
