"""A storm of three clusters on real ground: what the bench times is what pgbaton does, and nothing is left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.checked import check
from deploy.lab.bench.storms.ground import open_ground
from deploy.lab.bench.storms.meters import read
from deploy.lab.bench.storms.struck import first_leaders, strike, until_concluded
from deploy.lab.ground import LABS
from tests import parts

COUNT = 3


@pytest.mark.further
def test_three_clusters_lose_their_leader_and_every_incident_is_concluded(lab_venv: Path) -> None:
    """Trails, hosts and the watch say so; a host that was led elsewhere afterwards is noticed."""
    for program in ("etcd", "redis-server", "sshd"):
        parts.require(program)
    names = crowd.clusters(COUNT)
    with open_ground(COUNT, machines=1) as ground:
        first = first_leaders(ground, names)
        ground.settle(COUNT, machines=1)
        until_concluded(ground, first)
        before, struck = read(ground), strike(ground, names)
        until_concluded(ground, struck.epochs)
        cost, checked = read(ground) - before, check(ground, struck)
        assert (checked.wrong, checked.concluded) == ([], COUNT)
        assert set(struck.epochs) == set(names)
        assert all(cost.seconds[name] > 0 for name in ("worker", "web", "watch", "Redis", "hosts"))
        folder = ground.lab.folder
        env = folder / crowd.HOST / crowd.env_file(names[0]).lstrip("/")
        env.write_text(env.read_text().replace(struck.seats[names[0]].address, "10.78.9.9"))
        assert [one.partition(":")[0] for one in check(ground, struck).wrong] == [names[0]]
    assert folder not in set(LABS.iterdir())
    assert (
        str(folder)
        not in subprocess.run(
            ["ps", "-eo", "args"], capture_output=True, text=True, check=True
        ).stdout
    )
