"""Redis fails over under Sentinel and has lost the newest entries: a gap, no tampering, and no second restart."""

from collections.abc import Callable

import pytest

from tests.contract.ledger.sentinels import Watched, until
from tests.contract.restore.plant import Plant
from workers.etcd import Gateway
from workers.etcd.anchors import EtcdAnchors


def _cut_off(pair: Watched) -> None:
    """The replica hears nothing any more, while the primary goes on alone."""
    replica = pair.servers[1].client()
    replica.config_set("masterauth", "wrong")
    client = pair.primary.client()
    client.execute_command("CLIENT", "KILL", "TYPE", "replica")  # type: ignore[no-untyped-call]
    until(lambda: replica.info("replication")["master_link_status"] == "down")


@pytest.mark.further
@pytest.mark.timeout(300)
def test_a_promotion_that_lost_an_incident(
    guarded: Plant, pair: Watched, measured: Callable[[str], None]
) -> None:
    """The lost incident is looked at anew and ends at once, since the host holds its fence; events are
    refused while one server is left, so that hooks keep them, and taken once there are two again."""
    guarded.settle()
    guarded.until_accepted("before", within=60)
    _cut_off(pair)
    guarded.lead("pg2")
    guarded.until_follows("pg2", within=60)
    lost = len(guarded.entries())
    until(lambda: _anchored(guarded) >= lost)
    pair.primary.stop()
    until(lambda: pair.leads() == pair.servers[1].port)
    took = guarded.until_follows("pg2", within=60)
    measured(f"all is well again {took:.1f} s after Redis' replica led")
    assert guarded.service.restarts == 2
    until(lambda: len(guarded.told("trail-gap")) == 1)
    assert guarded.post("spooled") == 503
    pair.servers[0].start()
    back = guarded.until_accepted("spooled", within=60)
    measured(f"events are taken {back:.1f} s after the old primary was back")
    seen = guarded.pgbaton("audit", "verify")
    assert (seen.returncode, "gap" in seen.stdout) == (0, True), seen.stdout
    assert guarded.dead() == []
    guarded.lead("pg1")
    guarded.until_follows("pg1", within=60)
    assert guarded.service.restarts == 3


def _anchored(plant: Plant) -> int:
    """The number of the newest anchored entry."""
    place = EtcdAnchors(Gateway(plant.etcd.endpoints), prefix="/pgbaton/")
    return max((one.seq for one in place.placed("shop")), default=0)
