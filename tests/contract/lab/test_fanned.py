"""Every side of a fan-out moves real hosts, each with files of its own, and leaves nothing half done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.lab.bench.fanned.course import FLEET
from deploy.lab.bench.fanned.floor import BARE, Floor
from deploy.lab.bench.fanned.ground import Ground, open_ground
from deploy.lab.bench.fanned.hosts import file_of, hosts
from deploy.lab.bench.fanned.ours import Ours
from deploy.lab.bench.fanned.peers import SHELL, Peers
from deploy.lab.bench.waiting import waiting
from deploy.lab.machine import LabError
from tests import parts

pytestmark = pytest.mark.timeout(300)
TWO = hosts(2)
OURS = file_of(FLEET, TWO)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Two hosts, with a file for each side."""
    for program in ("etcd", "redis-server", "sshd", "ss"):
        parts.require(program)
    with open_ground({OURS: TWO}, [file_of(side, TWO) for side in (BARE, SHELL)]) as opened:
        yield opened


def test_pgbaton_moves_cold_hosts_and_warm_ones(ground: Ground) -> None:
    """Cold, nobody is connected before; warm, every worker is, and has a script on every host."""
    ours, machine = Ours.on(ground), ground.lab.machines[TWO[0].machine]
    try:
        ours.start(workers=1, warm=False)
        assert 0 < ours.epoch(OURS) < 30
        assert waiting(machine) == 0
        ours.start(workers=2, warm=True)
        assert (ground.hosts.connections(), waiting(machine)) == (4, 4)
        assert 0 < ours.epoch(OURS) < 30
    finally:
        ours.stop()


def test_the_bare_script_moves_the_same_hosts(ground: Ground) -> None:
    """By a file and a journal of its own, again and again, logged in before or not."""
    floor, name = Floor(ground=ground), file_of(BARE, TWO)
    for warm, address in ((False, "10.77.0.91"), (True, "10.77.0.92")):
        assert 0 < floor.epoch(TWO, width=2, warm=warm) < 30
        assert ground.hosts.follow(TWO, name, address)
    envs = {ground.hosts.env(host, name) for host in TWO}
    assert len(envs) == 2


def test_a_shell_moves_them_too(ground: Ground) -> None:
    """Side by side or one after the other; a host that it cannot reach is no measurement."""
    peers, name = Peers(ground=ground), file_of(SHELL, TWO)
    for at_once, address in ((2, "10.77.0.92"), (1, "10.77.0.91")):
        assert 0 < peers.shell(TWO, at_once=at_once) < 30
        assert ground.hosts.follow(TWO, name, address)
    with pytest.raises(LabError, match="shell failed"):
        peers.shell(hosts(3)[1:], at_once=1)


def test_without_ansible_somebody_says_what_to_install(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of leaving a row out."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError, match="install ansible-core"):
        Peers(ground=ground).ansible(TWO)
