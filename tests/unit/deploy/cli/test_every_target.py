"""The operator's commands with NodeBalancers, DNS records and hosts behind: nothing that follows is forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.audit import Kind
from tests.fakes.records import FakeRecords
from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.unit.jobs.road.front import FRONT, Front, make_front
from tests.world import World

DNS = """
[dns.db]
cluster = "shop"
domain = "example.com"
name = "db"
"""


@dataclass(slots=True)
class Scene:
    """An operator, what they type at, and Linode."""

    ann: Operator
    world: World
    front: Front
    records: FakeRecords


@pytest.fixture(params=["observe"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    """web1 and web2 at the leader, web3 behind the balancer, db.example.com; all at pg1."""
    world, front = make_front(modes=str(request.param), more=DNS)
    records = FakeRecords()
    records.domain("example.com")
    world.records = records
    ann = Operator(desk=FakeDesk(world), folder=tmp_path)
    return Scene(ann=ann, world=world, front=front, records=records)


def _fail_over(scene: Scene) -> None:
    scene.world.fail_over("pg2")
    scene.world.witness.through[FRONT] = "pg2"
    scene.front.up("pg2")


def test_repoint_waits_for_every_target(scene: Scene) -> None:
    """The end comes when hosts, NodeBalancer and DNS record are there."""
    scene.ann.with_workers()
    _fail_over(scene)
    seen = scene.ann.types("repoint", "shop")
    assert seen.exit_code == 0
    assert "NodeBalancer front follows pg2" in seen.stdout
    assert "DNS record db.example.com names 10.0.0.2 (pg2)" in seen.stdout
    assert "web3 (behind NodeBalancer front) follows pg2" in seen.stdout
    assert "shop: all 5 targets follow pg2" in seen.stdout


def test_a_host_of_both_is_looked_at_anew_as_both(scene: Scene) -> None:
    """--host means the machine: whatever of it follows."""
    scene.world.settle()
    scene.ann.with_workers()
    seen = scene.ann.types("repoint", "shop", "--host", "web3")
    assert seen.exit_code == 0
    assert "repointing web3 (behind NodeBalancer front)" in seen.stdout
    assert "shop: web3 (behind NodeBalancer front) follows pg1" in seen.stdout


def test_without_redis_everything_is_brought_over_from_here(scene: Scene) -> None:
    """--now walks the same order: hosts at the leader, DNS, NodeBalancer, hosts behind it."""
    scene.world.settle()
    _fail_over(scene)
    scene.world.ledger.break_down()
    journal = scene.ann.folder / "journal.jsonl"
    seen = scene.ann.types("repoint", "shop", "--now", "--journal", str(journal))
    assert seen.exit_code == 0
    assert "shop: 5 of 5 targets follow pg2" in seen.stdout
    assert [scene.world.restarts(h) for h in ("web1", "web2", "web3")] == [1, 1, 1]
    assert scene.records.record("example.com", "db", "A") == "10.0.0.2"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [line["kind"] for line in lines if line["kind"] in {"host", "dns", "balancer"}] == [
        "host", "host", "dns", "dns", "dns", "balancer", "host", "balancer",
    ]  # fmt: skip


def test_without_redis_a_host_behind_is_not_waited_for_in_vain(scene: Scene) -> None:
    """Named alone, it still goes once its NodeBalancer leads to the leader."""
    scene.world.settle()
    _fail_over(scene)
    scene.world.ledger.break_down()
    journal = scene.ann.folder / "journal.jsonl"
    asked = ("repoint", "shop", "--now", "--host", "web3", "--journal", str(journal))
    seen = scene.ann.types(*asked)
    assert seen.exit_code == 0, seen.stdout
    assert "shop: 1 of 1 hosts follow pg2" in seen.stdout
    assert [scene.world.restarts(h) for h in ("web1", "web2", "web3")] == [0, 0, 1]


@pytest.mark.parametrize("scene", ["enforce"], indirect=True)
def test_without_redis_modes_are_enforced_too(scene: Scene) -> None:
    """Where pgbaton sets the modes, nobody else would let the new leader in."""
    scene.front.stands()
    scene.front.meanwhile = lambda _: _let_in(scene)
    scene.world.fail_over("pg2")
    scene.world.witness.through[FRONT] = None
    scene.world.ledger.break_down()
    journal = scene.ann.folder / "journal.jsonl"
    seen = scene.ann.types("repoint", "shop", "--now", "--journal", str(journal))
    assert seen.exit_code == 0, seen.stdout
    assert scene.front.accepted() == ["pg2"]
    assert "NodeBalancer front: set pg1 to reject" in seen.stdout


def _let_in(scene: Scene) -> None:
    accepted = scene.front.accepted()
    scene.front.up(*accepted)
    scene.world.witness.through[FRONT] = accepted[0] if len(accepted) == 1 else None


def test_a_balancer_that_never_follows_ends_the_wait(scene: Scene) -> None:
    """Its time over, the hosts behind it are left alone, and the exit code is 1."""
    scene.world.settle()
    scene.world.fail_over("pg2")
    scene.world.witness.through[FRONT] = None
    scene.world.ledger.break_down()
    journal = scene.ann.folder / "journal.jsonl"
    seen = scene.ann.types("repoint", "shop", "--now", "--journal", str(journal))
    assert seen.exit_code == 1
    assert "NodeBalancer front does not follow yet" in seen.stdout
    assert scene.world.restarts("web3") == 0
    assert "shop: 3 of 5 targets follow pg2" in seen.stdout


def test_plan_shows_the_hosts_behind(scene: Scene) -> None:
    """No file changes there; what would be restarted, and when, is said."""
    scene.world.settle()
    scene.world.fail_over("pg2")
    seen = scene.ann.types("plan", "shop")
    assert seen.exit_code == 0
    said = seen.stdout[seen.stdout.index("web3 (behind NodeBalancer front)") :]
    assert "restarted once a login through its NodeBalancer lands on the leader" in said
    assert "store (systemd)" in said


def test_reset_fence_lifts_every_journal_of_a_host(scene: Scene) -> None:
    """web3 keeps its fence under the balancer's name; it is found, lifted and recorded."""
    scene.world.settle()
    words = ("reset-fence", "shop", "--host", "web3", "--why", "etcd was restored", "--yes")
    seen = scene.ann.types(*words)
    assert seen.exit_code == 0
    assert scene.world.hosts.at("10.0.1.3").fence("shop@front") is None
    assert "web3@front" not in scene.world.ledger.state("shop").hosts
    assert scene.world.told(Kind.FENCE_LIFTED)[0]["host"] == "web3"
