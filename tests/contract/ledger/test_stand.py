"""Where a trail stands and who says so, and its beginning dropped: in memory and in a real Redis."""

import hashlib
import json
import re
from typing import Any

import pytest

from jobs.audit import GENESIS, Draft, Head, Kind, verify
from jobs.audit.examine import examine
from tests.contract.ledger.desks import Desk, RedisDesk
from tests.contract.ledger.values import CLUSTER, ODD, draft


def story(incident: str, *names: str) -> list[Draft]:
    return [Draft(id=f"{incident}{n}", kind=Kind.HOST, incident=incident) for n in names]


def checkpoint(through: int, head: str) -> Draft:
    evidence = {"through": through, "head": head}
    return Draft(id=f"checkpoint:{through}", kind=Kind.CHECKPOINT, evidence=evidence)


@pytest.mark.parametrize("cluster", [CLUSTER, ODD])
def test_both_ends_are_told_at_once(desk: Desk, cluster: str) -> None:
    """Nothing, then the head that `head` tells too, and the oldest entry's number."""
    empty = desk.ledger.stand(cluster)
    assert (empty.head, empty.first) == (Head(seq=0, hash=GENESIS, at=0), 0)
    desk.ledger.append(cluster, [draft("a"), draft("b"), draft("c")])
    stand = desk.ledger.stand(cluster)
    assert (stand.head, stand.first) == (desk.ledger.head(cluster), 1)
    assert stand.now >= stand.head.at


def test_redis_says_who_it_is(real: RedisDesk) -> None:
    """Run and history as INFO has them; a server that was never promoted names no other history."""
    found, info = real.ledger.stand(CLUSTER).redis, real.redis.info("replication")
    assert found is not None
    assert (found.replid, found.replid2) == (info["master_replid"], None)
    assert found.run == real.redis.info("server")["run_id"]
    assert re.fullmatch("[0-9a-f]{40}", found.run)


def test_a_beginning_is_dropped_behind_its_checkpoint(desk: Desk) -> None:
    """Entries and their incidents go; what is left follows the last one dropped, and goes on."""
    desk.ledger.append(CLUSTER, [*story("s-1", "a", "b"), *story("s-2", "a", "b")])
    before = list(desk.ledger.entries(CLUSTER))
    dropped = before[1]
    assert desk.ledger.trim(
        CLUSTER, through=2, head=dropped.hash, draft=checkpoint(2, dropped.hash)
    )
    desk.ledger.append(CLUSTER, [draft("more")])
    left = list(desk.ledger.entries(CLUSTER))
    assert [one.seq for one in left] == [3, 4, 5, 6]
    assert left[:2] == before[2:]
    assert verify(left, start=dropped.hash, first=3).bad is None
    assert [one.incident for one in desk.ledger.spans(CLUSTER, count=9)] == ["s-2"]
    assert desk.ledger.span(CLUSTER, "s-1") is None
    assert desk.ledger.stand(CLUSTER).first == 3


def test_an_incident_that_reaches_further_stays_indexed(desk: Desk) -> None:
    """A cut through an incident is nobody's wish; its index must not vanish with it."""
    desk.ledger.append(CLUSTER, story("s-1", "a", "b", "c"))
    head = list(desk.ledger.entries(CLUSTER))[1].hash
    assert desk.ledger.trim(CLUSTER, through=2, head=head, draft=checkpoint(2, head))
    assert desk.ledger.span(CLUSTER, "s-1") is not None


@pytest.mark.parametrize("through", [0, 2, 9])
def test_another_hash_drops_nothing(desk: Desk, through: int) -> None:
    """The entry is not the one that was exported, or there is none: nothing changes."""
    desk.ledger.append(CLUSTER, [draft("a"), draft("b")])
    before = list(desk.ledger.entries(CLUSTER))
    point = checkpoint(through, "0" * 64)
    assert not desk.ledger.trim(CLUSTER, through=through, head="0" * 64, draft=point)
    assert list(desk.ledger.entries(CLUSTER)) == before


def test_a_second_time_changes_nothing(desk: Desk) -> None:
    """What is gone is gone, and is told once."""
    desk.ledger.append(CLUSTER, [draft("a"), draft("b")])
    head = next(iter(desk.ledger.entries(CLUSTER))).hash
    assert desk.ledger.trim(CLUSTER, through=1, head=head, draft=checkpoint(1, head))
    left = list(desk.ledger.entries(CLUSTER))
    assert not desk.ledger.trim(CLUSTER, through=1, head=head, draft=checkpoint(1, head))
    assert list(desk.ledger.entries(CLUSTER)) == left


def test_a_chain_can_be_recomputed_with_plain_tools(real: RedisDesk) -> None:
    """As docs/audit.md says: five fields, four lines, one SHA-256."""
    real.ledger.append(CLUSTER, [draft("ä"), draft("b")])
    prev = "0" * 64
    stream: Any = real.redis.xrange(f"pgbaton:trail:{CLUSTER}")
    for _, fields in stream:
        text = b"\n".join([prev.encode(), fields[b"seq"], fields[b"at"], fields[b"body"]])
        prev = hashlib.sha256(text).hexdigest()
        assert (fields[b"hash"].decode(), json.loads(fields[b"body"])["kind"]) == (prev, "event")


PAGES = 1200


@pytest.mark.parametrize("field", ["seq", "at", "prev", "hash", "body"])
@pytest.mark.parametrize("value", [b"", b"0", b"-1", b"x\ny", b"\xff", "٣".encode(), b"9" * 5000])
def test_what_somebody_put_into_the_stream_is_found(
    real: RedisDesk, field: str, value: bytes
) -> None:
    """Any field of any entry, with anything in it: the walk ends, and names it."""
    real.ledger.append(CLUSTER, [draft(str(n)) for n in range(4)])
    _replace(real, 3, {field: value})
    found = examine(real.ledger.entries(CLUSTER))
    assert not found.sound
    assert found.walk.entries == 2


def test_a_number_that_goes_back_does_not_trap_the_reader(real: RedisDesk) -> None:
    """The last entry of a page says that it is the first: the reader goes on all the same."""
    pipe = real.redis.pipeline(transaction=False)
    for seq in range(1, PAGES + 1):
        pipe.xadd(f"pgbaton:trail:{CLUSTER}", {"seq": 1, "body": "{}"}, id=f"{seq}-0")
    pipe.execute()
    assert len(list(real.ledger.entries(CLUSTER))) == PAGES


def _replace(desk: RedisDesk, seq: int, values: dict[str, bytes]) -> None:
    """A stream's entry cannot be changed: somebody writes all of it anew."""
    trail = f"pgbaton:trail:{CLUSTER}"
    kept: Any = desk.redis.xrange(trail)
    desk.redis.delete(trail)
    for id_, fields in kept:
        own = (
            {name.encode(): value for name, value in values.items()} if id_ == b"%d-0" % seq else {}
        )
        desk.redis.xadd(trail, fields | own, id=id_)
