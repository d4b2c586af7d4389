"""One primary and one machine around it for a file: what stops it also starts it again."""

from collections.abc import Iterator

import pytest

from tests.contract.isolation.member import Member, member
from tests.contract.probes.postgres_server import Postgres, folder
from tests.parts import require
from workers.ssh import SshMembers, load_key


@pytest.fixture(scope="module")
def machine() -> Iterator[Member]:
    """A member whose Patroni was killed: nobody answers there, and PostgreSQL lives."""
    require("initdb")
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.create()
        server.start()
        try:
            with member(server) as made:
                yield made
        finally:
            server.stop()


@pytest.fixture
def stale(machine: Member) -> Member:
    """The same, running, with no fence kept and its usual configuration."""
    (machine.state / "fence").unlink(missing_ok=True)
    machine.configure()
    if not machine.runs():
        machine.postgres.stop()
        machine.postgres.start()
    return machine


@pytest.fixture
def hands(machine: Member) -> SshMembers:
    return SshMembers(key=load_key(machine.key_file))
