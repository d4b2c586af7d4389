"""Redis under Sentinel in the lab: a killed primary is followed by its replica, and comes back as one."""

import secrets
import signal
from collections.abc import Iterator

import pytest

from deploy.lab import sentinel
from deploy.lab.ground import lab_folder
from deploy.lab.machine import Machine, Plan, boot
from deploy.lab.network import Switch, standing_in
from deploy.lab.process import wait_until
from tests import parts

NAMES = {"operator": "10.77.0.2", "left": "10.77.0.31", "right": "10.77.0.32"}


@pytest.fixture
def trio() -> Iterator[list[Machine]]:
    """The operator's machine and two more, in a folder that they all see."""
    parts.require("redis-server")
    with lab_folder() as folder:
        plans = [Plan(name=n, address=a, folder=folder / n) for n, a in NAMES.items()]
        booted = boot([Plan(name="switch", address="", folder=folder / "switch"), *plans])
        try:
            switch = Switch(machine=booted[0])
            switch.open()
            switch.join(booted[1:])
            with standing_in(booted[1]):
                yield booted[1:]
        finally:
            for machine in booted:
                machine.pull_plug()


@pytest.mark.further
def test_a_killed_primary_is_followed_and_comes_back(trio: list[Machine]) -> None:
    """What was written is there, the client finds the new primary, and the old one follows it."""
    _, left, right = trio
    password = secrets.token_hex(16)
    started = sentinel.start_watched(left, [right], trio, password)
    client = sentinel.connect(trio, password)
    client.set("kept", "yes")
    assert client.execute_command("WAIT", 1, 20_000) == 1  # type: ignore[no-untyped-call]
    assert sentinel.leads(trio) == left.address
    started[0].signal(signal.SIGKILL)
    wait_until("the replica to lead", lambda: sentinel.leads(trio) == right.address, seconds=20)
    assert client.get("kept") == b"yes"
    sentinel.start_server(left, password)
    wait_until("the old primary to follow", lambda: sentinel.in_step(client) == 1, seconds=30)
    client.close()
