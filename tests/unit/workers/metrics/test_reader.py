"""Metrics are a projection of the trail: read twice, or by two processes, to the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from jobs.audit import Draft, Kind
from jobs.inventory import Inventory, load_inventory
from jobs.names import INTAKE
from jobs.remote import HostFailure
from jobs.state import Pause
from jobs.story import Times
from tests.world import INVENTORY, World, make_world
from workers.metrics import Metrics, Reader
from workers.metrics.incidents import stages_of
from workers.metrics.queue import QueueLook
from workers.metrics.reader import EVERY


@dataclass
class Stage:
    """A world, and a chronicle's reader over its trail."""

    world: World = field(default_factory=make_world)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.reader = Reader(
            ledger=self.world.ledger,
            inventory=self.world.inventory,
            metrics=Metrics(self.registry),
            queue=lambda: QueueLook(waiting=3, running=1, failed=2, oldest=7.5),
            monotonic=self.world.clock.monotonic,
        )

    def read(self, *, after: float = 0.0) -> int:
        self.world.clock.pass_by(after)
        return self.reader.read()

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"pgbaton_{name}", {"cluster": "shop", **labels})


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.world.settle()
    made.world.fail_over("pg2")
    made.world.settle()
    return made


def test_a_failover_shows_once(stage: Stage) -> None:
    """Two incidents, four hosts, nothing open; a second read adds nothing."""
    assert stage.read() == len(stage.world.kinds())
    assert stage.read(after=60) == 0
    assert stage.value("incidents_open") == 0
    assert stage.value("incident_seconds_count") == 2
    assert stage.value("host_outcomes_total", outcome="changed") == 2
    assert stage.value("host_outcomes_total", outcome="unchanged") == 2
    assert stage.value("host_seconds_count", result="held") == 4
    assert stage.value("trail_entries_total", kind="concluded") == 2
    assert stage.value("incident_stage_seconds_count", stage="detected_to_concluded") == 2
    assert stage.value("incident_stage_seconds_count", stage="verified_to_last_host") == 2


def test_an_incident_counts_when_its_story_is_told(stage: Stage) -> None:
    """Half a minute after its end, when pages show the cause that it keeps; never twice."""
    stage.read()
    assert stage.value("incident_seconds_count") in {None, 0}
    stage.read(after=31)
    stage.read(after=31)
    by_outcome = {
        s.labels["outcome"]: s.value
        for m in stage.registry.collect()
        for s in m.samples
        if s.name == "pgbaton_incidents_total"
    }
    assert sum(by_outcome.values()) == 2
    assert by_outcome["moved"] >= 1


def test_a_restart_counts_the_same(stage: Stage) -> None:
    """A process that begins anew shows what one shows that was there all the time."""
    stage.read()
    stage.world.fail_over("pg3")
    stage.world.settle()
    stage.read(after=40)
    anew = Stage(world=stage.world)
    anew.read()
    assert counted(anew.registry) == counted(stage.registry)


def counted(registry: CollectorRegistry) -> list[str]:
    skipped = ("_created", "_timestamp_seconds")
    lines = generate_latest(registry).decode().splitlines()
    return [x for x in lines if not x.startswith("#") and not any(s in x for s in skipped)]


def test_a_long_trail_is_taken_in_pieces(stage: Stage) -> None:
    """Whoever shares the thread is not held up; nothing is shown before everything is counted."""
    stage.reader.most = 7
    assert stage.read() == 7
    assert stage.value("trail_head") is None
    stage = Stage(world=stage.world)
    stage.reader.most = 7
    pieces = [stage.read() for _ in range(10)]
    assert max(pieces) == 7
    assert sum(pieces) == len(stage.world.kinds())
    assert stage.value("trail_head") == sum(pieces)


def test_a_trail_that_lost_its_end_is_followed_on(stage: Stage) -> None:
    """After a Redis failover its numbers begin lower; what is new then still counts."""
    stage.read()
    chain = stage.world.ledger.store.of("shop").chain
    del chain.entries[-5:]
    tell(stage, Kind.GAP, after=1, anchored=5, reason="a failover")
    tell(stage, Kind.GAP, after=1, anchored=5, reason="restored", how="accepted", by="dba")
    assert stage.read() == 2
    assert stage.value("trail_gaps_total") == 1


def tell(stage: Stage, kind: Kind, *, trail: str = "shop", id_: str = "", **evidence: Any) -> None:
    draft = Draft(
        id=id_ or f"{kind}:{len(stage.world.ledger.effects)}", kind=kind, evidence=evidence
    )
    stage.world.ledger.append(trail, [draft])


def test_refusals_count_as_often_as_they_say(stage: Stage) -> None:
    """Of the trail that belongs to no cluster too; nonsense counts as nothing, and harms nothing."""
    tell(stage, Kind.REFUSED, trail=INTAKE, reason="unsigned", count=40)
    tell(stage, Kind.REFUSED, reason="rate-limited", count=2)
    tell(stage, Kind.REFUSED, id_="bad", reason="unsigned", count="many")
    stage.read()
    assert stage.value("refused_requests_total", cluster=INTAKE, reason="unsigned") == 40
    assert stage.value("refused_requests_total", reason="rate-limited") == 2
    assert stage.value("refused_requests_total", reason="unsigned") is None
    assert stage.value("incidents_open", cluster=INTAKE) is None


@pytest.mark.parametrize(
    ("id_", "about"),
    [
        ("shop-1:alarm:two-primaries:pg1:7", "two-primaries"),
        ("nodebalancer:front:j:alarm", "nodebalancer"),
        ("shop-1:alarm:of-tomorrow", "other"),
    ],
)
def test_alarms_are_of_a_closed_set(stage: Stage, id_: str, about: str) -> None:
    """Their first time is an increase: zeros stand there from the beginning."""
    stage.read()
    before = stage.value("alarms_total", alarm=about)
    assert before is not None
    tell(stage, Kind.ALARM, id_=id_, reason="so it is")
    stage.read()
    assert stage.value("alarms_total", alarm=about) == before + 1


def test_drift_and_what_was_taken_over_count_targets(stage: Stage) -> None:
    """By kind of target, by number of targets."""
    tell(stage, Kind.DRIFT, host="web1", drift=["DB_HOST"])
    tell(stage, Kind.DRIFT, id_="n", host="NodeBalancer front", drift=["pg1 is UP"])
    tell(stage, Kind.TAKEN_OVER, hosts=["web1", "web2"])
    stage.read()
    assert stage.value("drifts_total", kind="host") == 1
    assert stage.value("drifts_total", kind="nodebalancer") == 1
    assert stage.value("takeovers_total") == 2


def test_an_open_incident_shows_its_age_its_alarms_and_who_is_behind(stage: Stage) -> None:
    """Hosts that fail are named, by number at most, and no longer when they follow."""
    web2 = stage.world.hosts.at("10.0.1.2")
    web2.down = HostFailure(kind="unreachable", reason="no route", remedy="look at it")
    stage.world.fail_over("pg3")
    stage.world.work()
    stage.world.tick()
    stage.world.work()
    stage.read(after=EVERY)
    assert stage.value("incidents_open") == 1
    assert (stage.value("incident_open_seconds") or 0) >= EVERY
    assert stage.value("incident_alarms", alarm="left") == 1
    assert stage.value("incident_alarms", alarm="two-primaries") == 0
    assert stage.value("targets_behind", kind="host") == 1
    assert stage.value("target_failing", target="web2") == 1
    web2.down = None
    stage.world.live_on()
    stage.read(after=EVERY)
    assert stage.value("target_failing", target="web2") is None
    assert stage.value("incident_open_seconds") == 0
    assert stage.value("incident_alarms", alarm="left") == 0


def test_a_cluster_that_left_the_inventory_is_shown_no_more(stage: Stage) -> None:
    """Its open incident would grow old for ever. What was counted stays, and the other clusters do."""
    whole = load_inventory(f'{INVENTORY}[clusters.old]\netcd = "main"\nscope = "old"\n')
    assert isinstance(whole, Inventory)
    stage.world.ledger.remember("proof:old", "100.0")
    stage.reader.inventory = whole
    stage.read(after=EVERY)
    assert {"pgbaton_incidents_open", "pgbaton_proof_age_seconds"} <= gauges(stage, "old")
    before = gauges(stage, "shop")
    stage.reader.inventory = stage.world.inventory
    stage.read(after=EVERY)
    assert gauges(stage, "old") == set()
    assert gauges(stage, "shop") == before
    stage.reader.inventory = whole
    stage.read(after=EVERY)
    assert "pgbaton_incidents_open" in gauges(stage, "old")


def gauges(stage: Stage, cluster: str) -> set[str]:
    """The gauges that are shown of a cluster, but for its trail's."""
    samples = (s for m in stage.registry.collect() if m.type == "gauge" for s in m.samples)
    own = {s.name for s in samples if s.labels.get("cluster") == cluster}
    return own - {"pgbaton_trail_head"}


def test_the_proof_ages_and_is_renewed_in_peace(stage: Stage) -> None:
    """The drift check proves the leader anew; a cluster that was never proven shows nothing."""
    stage.read()
    first = stage.value("proof_age_seconds")
    assert first is not None
    stage.read(after=600)
    assert stage.value("proof_age_seconds") == pytest.approx(first + 600)
    stage.world.ledger.remember("proof:shop", str(stage.world.clock.now()))
    stage.read(after=EVERY)
    assert stage.value("proof_age_seconds") == pytest.approx(EVERY)
    fresh = Stage()
    fresh.read()
    assert fresh.value("proof_age_seconds") is None


def test_holds_routes_and_queue_show(stage: Stage) -> None:
    """What an operator holds, whom the story does not reach, and what waits for a worker."""
    memory, registry = stage.world.ledger, stage.registry
    memory.pause("shop", Pause(why="moving", until=stage.world.clock.now() + 99, by="dba"), [])
    memory.remember("slack:trouble", "revoked")
    stage.reader.metrics.routes.anchors({"shop": "no quorum"})
    stage.read()
    assert stage.value("paused") == 1
    routes = {
        r: registry.get_sample_value("pgbaton_route_failing", {"route": r})
        for r in ("slack", "alerts", "anchors")
    }
    assert routes == {"slack": 1, "alerts": 0, "anchors": 1}
    assert registry.get_sample_value("pgbaton_queue_jobs", {"state": "waiting"}) == 3
    assert registry.get_sample_value("pgbaton_queue_oldest_seconds") == 7.5


def test_a_stage_that_ended_before_it_began_is_none() -> None:
    """Events tell of instants that nobody vouches for."""
    times = Times(opened=10, detected=9, verified=11, leader_lost=20, writes_resumed=12)
    assert dict(stages_of(times)) == {"detected_to_verified": 2}
