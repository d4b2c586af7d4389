"""The whole job by hand while Redis is dead, and one story of it afterwards."""

import json
from collections.abc import Callable

import pytest

from tests.contract.ledger.server import RedisServer
from tests.contract.restore.plant import Plant


@pytest.mark.timeout(300)
def test_by_hand_and_taken_in(
    plant: Plant, alone: RedisServer, measured: Callable[[str], None]
) -> None:
    """The host follows without Redis; when Redis is back the workers restart nothing, and the imported
    journal puts the host's following before the incident's opening."""
    plant.settle()
    alone.stop()
    plant.lead("pg2")
    file = str(plant.folder / "by-hand.jsonl")
    done = plant.pgbaton("repoint", "shop", "--now", "--journal", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"once Redis is back: pgbaton audit import {file}" in done.stdout
    assert f"DB_PORT={plant.ports['pg2']}\n" in plant.env_file.read_text()
    alone.start()
    seen = plant.pgbaton("audit", "import", file)  # at once: the incident has to open first
    assert "part of shop-2" in seen.stdout, seen.stdout + seen.stderr
    took = plant.until_follows("pg2", within=60)
    measured(f"concluded {took:.1f} s after the import")
    assert plant.service.restarts == 2
    assert "0 steps taken in" in plant.pgbaton("audit", "import", file).stdout
    told = json.loads(plant.pgbaton("show", "shop-2", "--json").stdout)
    times = told["times"]
    assert times["detected"] <= times["verified"] <= times["first_host"] < times["opened"]
    assert plant.pgbaton("audit", "verify").returncode == 0
    assert plant.dead() == []
