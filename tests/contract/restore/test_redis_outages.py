"""One Redis, killed and hanging: every process lives on, and the next failover is an ordinary one."""

import shutil
import time
from collections.abc import Callable

import pytest

from jobs.audit.gap import FRESH
from tests.contract.ledger.server import RedisServer
from tests.contract.restore.plant import Plant
from tests.waiting import until


@pytest.mark.timeout(300)
def test_a_redis_that_is_killed_and_started_again(
    plant: Plant, alone: RedisServer, measured: Callable[[str], None]
) -> None:
    """With its AOF nothing is lost, and the failover meanwhile is made up for; with a new and empty one
    everything is looked at anew. The host is restarted once for each leader."""
    plant.settle()
    alone.stop()
    plant.lead("pg2")
    assert plant.post("while-away") == 503
    alone.start()
    took = plant.until_follows("pg2", within=60)
    plant.until_accepted("while-away", within=60)
    measured(f"all follow {took:.1f} s after a killed Redis was back")
    assert plant.pgbaton("audit", "verify").returncode == 0
    until(lambda: _on_disk(plant), seconds=60)
    _empty(alone)
    plant.until_follows("pg2", within=60)
    seen = plant.pgbaton("audit", "verify", "--json")
    assert seen.returncode == 1, seen.stdout
    assert "ends-early" in seen.stdout or "recomputed" in seen.stdout
    assert plant.dead() == []
    assert plant.service.restarts == 2


def _on_disk(plant: Plant) -> bool:
    """What a Redis that crashes may not have written yet would be told as a gap, and rightly. The chronicle,
    which tells it, saw this Redis a second or two ago."""
    stand = plant.ledger.stand("shop")
    return stand.now - stand.head.at > FRESH + 4_000_000


def _empty(redis: RedisServer) -> None:
    """Its disk is lost as well."""
    redis.stop()
    shutil.rmtree(redis.folder / "appendonlydir")
    redis.start()


@pytest.mark.further
@pytest.mark.timeout(300)
def test_a_redis_that_hangs(
    plant: Plant, alone: RedisServer, measured: Callable[[str], None]
) -> None:
    """Stopped for 15 s, longer than any patience of ours: nobody dies, and all follow soon afterwards."""
    plant.settle()
    alone.freeze()
    plant.lead("pg2")
    time.sleep(15)
    alone.thaw()
    took = plant.until_follows("pg2", within=60)
    measured(f"all follow {took:.1f} s after a Redis that hung for 15 s went on")
    assert plant.dead() == []
    assert plant.service.restarts == 2
    assert plant.pgbaton("audit", "verify").returncode == 0
