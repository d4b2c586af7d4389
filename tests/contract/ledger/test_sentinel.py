import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.ports import LedgerUnavailable
from tests.contract.ledger.desks import RedisDesk, redis_desk, walked
from tests.contract.ledger.sentinels import Watched, watched
from tests.contract.ledger.values import CLUSTER, draft, event, given, incident


@pytest.fixture
def trio(redis_program: Path, tmp_path: Path) -> Iterator[Watched]:
    """One primary, two replicas, three Sentinels."""
    with watched(redis_program, tmp_path, replicas=2) as all_up:
        yield all_up


def _insist(desk: RedisDesk, name: str, *, within: float) -> float:
    """Repeat an event until it is accepted, as a hook does; the seconds it took."""
    begun = time.monotonic()
    while True:
        try:
            desk.ledger.hear(event(name), draft(name))
        except LedgerUnavailable:
            assert time.monotonic() - begun < within, "not accepted in time"
            time.sleep(0.1)
        else:
            return time.monotonic() - begun


@pytest.mark.timeout(150)  # Sentinels that were kept waiting for 2 s decide nothing for 30 s
def test_nothing_acknowledged_is_lost_in_a_failover(
    trio: Watched, measured: Callable[[str], None]
) -> None:
    """The primary's machine dies: the same ledger finds the new one, with all that was accepted."""
    desk = redis_desk(trio.client())
    for number in range(30):
        assert desk.ledger.hear(event(f"e{number}"), draft(f"e{number}"))
    trio.primary.stop()
    took = _insist(desk, "after", within=60)
    measured(f"accepted again {took:.1f} s after the primary died")
    heard = {entry.facts["id"] for entry in desk.ledger.entries(CLUSTER)}
    assert heard == {*(f"e{number}" for number in range(30)), "after"}
    assert walked(desk, CLUSTER).entries == 31
    assert len(desk.queued_ids()) == len(desk.job_hashes()) == 1


@pytest.mark.timeout(150)
def test_one_servers_word_is_not_enough(trio: Watched) -> None:
    """No replica answers: unavailable, though the primary has it; repeated, it is there once."""
    desk = redis_desk(trio.client())
    assert desk.ledger.hear(event("before"), draft("before"))
    for replica in trio.servers[1:]:
        replica.freeze()
    with pytest.raises(LedgerUnavailable, match="0 of 1 replicas"):
        desk.ledger.hear(event("e"), draft("e"))
    for replica in trio.servers[1:]:
        replica.thaw()
    _insist(desk, "e", within=60)
    assert walked(desk, CLUSTER).entries == 2
    assert len(desk.queued_ids()) == len(desk.job_hashes()) == 1


def test_a_lone_primary_stops_no_failover(trio: Watched, measured: Callable[[str], None]) -> None:
    """What is left after a failover of a pair: events wait with their senders, but the clock's asking, a
    respond's round and a job's results go on, and hardly slower."""
    desk = redis_desk(trio.client())
    for replica in trio.servers[1:]:
        replica.stop()
    begun = time.monotonic()
    desk.ledger.call(CLUSTER)
    assert desk.ledger.begin(CLUSTER, "f", lease=6)
    drafts = [draft("told")]
    assigned = {"web1": given("j")}
    assert desk.ledger.save(CLUSTER, "f", drafts=drafts, incident=incident(), assign=assigned)
    desk.ledger.report(CLUSTER, "j", {}, [draft("done")])
    took = time.monotonic() - begun
    measured(f"four steps on a lone primary: {took * 1000:.0f} ms")
    assert took < 1.5
    assert [entry.facts["id"] for entry in desk.ledger.entries(CLUSTER)] == ["told", "done"]
    with pytest.raises(LedgerUnavailable, match="0 of 1 replicas"):
        desk.ledger.hear(event("e"), draft("e"))
