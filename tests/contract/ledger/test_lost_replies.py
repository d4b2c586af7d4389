import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs import names
from jobs.state import Pause
from tests.contract.ledger.desks import DIGEST, RedisDesk, redis_desk, walked
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.thief import Thief, What
from tests.contract.ledger.values import CLUSTER, draft, event, given, incident, record
from tests.parts import OF_THE_TESTS, ROOT
from workers.redis import RedisLedger, RedisSettings, connect

FLIGHT = "respond-1"

STEPS: dict[str, Callable[[RedisLedger], object]] = {
    "append": lambda ledger: ledger.append(CLUSTER, [draft("x"), draft("y")]),
    "hear": lambda ledger: ledger.hear(event("x"), draft("x")),
    "call": lambda ledger: ledger.call("other", [draft("x")]),
    "begin": lambda ledger: ledger.begin("other", "respond-2", lease=60),
    "again": lambda ledger: ledger.again(CLUSTER, FLIGHT, lease=60),
    "save": lambda ledger: ledger.save(
        CLUSTER,
        FLIGHT,
        drafts=[draft("x")],
        incident=incident(),
        assign={"a": given("j1"), "b": given("j2")},
        conclude=True,
    ),
    "report": lambda ledger: ledger.report(CLUSTER, "j0", {"z": record()}, [draft("x")]),
    "forget": lambda ledger: ledger.forget(CLUSTER, ["y"], [draft("x")]),
    "pause": lambda ledger: ledger.pause(CLUSTER, Pause(why="w", until=9.0, by="b"), [draft("x")]),
    "requeue": lambda ledger: ledger.requeue(
        names.REPOINT, {"cluster": CLUSTER, "job": "j9", "hosts": ["a"]}
    ),
}


@pytest.fixture
def thief(shared: RedisServer, tmp_path: Path) -> Iterator[Thief]:
    with Thief(listen=tmp_path / "thief", target=shared.socket) as running:
        yield running


def _furnish(ledger: RedisLedger) -> None:
    """A flight that was asked to go round again, a job with one open host, a known host."""
    ledger.begin(CLUSTER, FLIGHT, lease=60)
    ledger.save(CLUSTER, FLIGHT, assign={"z": given("j0")})
    ledger.report(CLUSTER, "j", {"y": record()}, [])
    ledger.call(CLUSTER)


def _outcome(desk: RedisDesk) -> object:
    """All that a step could have left, without the instants and the random ids."""
    found: list[object] = []
    for cluster in (CLUSTER, "other"):
        state = desk.ledger.state(cluster)
        bodies = [entry.body for entry in desk.ledger.entries(cluster)]
        assigned = {host: one.job for host, one in state.assignments.items()}
        found.append((walked(desk, cluster).entries, bodies, assigned, state.hosts))
        found.append((state.incident, state.pause, state.flight))
    calls = [(name, {**kwargs, "flight": ""}) for name, kwargs in desk.waiting()]
    return found, calls


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("what", ["reply", "request"])
def test_a_step_whose_reply_was_lost_happens_once(
    real: RedisDesk, thief: Thief, name: str, what: What
) -> None:
    """Reply lost, or the request itself arriving after its repetition: same answer, same end."""
    step = STEPS[name]
    _furnish(real.ledger)
    wanted = step(real.ledger), _outcome(real)
    real.redis.flushall()

    ledger = RedisLedger(connect(RedisSettings(url=f"unix://{thief.listen}")), inventory=DIGEST)
    _furnish(ledger)
    thief.steal(what)
    answer = step(ledger)
    if what == "request":
        thief.deliver()
    assert thief.stolen == 1
    assert (answer, _outcome(real)) == wanted
    assert real.job_hashes() == set(real.queued_ids())


@pytest.mark.timeout(150)
def test_killed_clients_leave_trail_queue_and_jobs_in_step(own: RedisServer) -> None:
    """150 clients die by SIGKILL in the middle of hearing and handing out."""
    hammer = [sys.executable, "-m", "tests.contract.ledger.hammer", str(own.socket), "150"]
    subprocess.run(hammer, check=True, cwd=ROOT, env=OF_THE_TESTS, timeout=120)
    desk = redis_desk(own.client())
    assert desk.job_hashes() == set(desk.queued_ids())
    assert len(desk.queued_ids()) == len(desk.job_hashes())
    told, handed = set(), set()
    for cluster in ("c0", "c1", "c2"):
        found = walked(desk, cluster)
        entries = [entry.facts for entry in desk.ledger.entries(cluster)]
        assert found.entries == len({entry["id"] for entry in entries}) > 10
        told |= {entry["id"] for entry in entries if entry["kind"] == "planned"}
        handed |= {one.job for one in desk.ledger.state(cluster).assignments.values()}
    calls = desk.waiting()
    repoints = {str(kwargs["job"]) for name, kwargs in calls if name == names.REPOINT}
    assert told == handed == repoints
    assert len(repoints) > 3
    responds = [kwargs["cluster"] for name, kwargs in calls if name == names.RESPOND]
    assert sorted(map(str, responds)) == ["c0", "c1", "c2"]
