"""How fast a trail is verified, from Redis and from a file: an auditor has a year of it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.cli.export import Chain, read_export, write_export
from deploy.cli.noted import Asked
from deploy.cli.seen import Seen
from jobs.anchor import Anchor
from jobs.audit import GENESIS, Draft, Kind, link
from tests.contract.ledger.desks import RedisDesk
from tests.contract.ledger.values import CLUSTER

ENTRIES = 20_000
EVIDENCE = {
    "host": "web1",
    "member": "pg2",
    "outcome": "changed",
    "restarted": ["php-fpm", "horizon"],
    "phases": [{"phase": name, "seconds": 0.123} for name in ("written", "restarted", "checked")],
    "reason": "",
    "remedy": "",
    "note": "é" * 20,
}


def test_verifying_keeps_its_promise(
    real: RedisDesk, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """20,000 entries within a second, from Redis and from a file, anchors included."""
    _fill(real)
    file = tmp_path / "trail.jsonl"
    write_export(file, real.ledger.entries(CLUSTER))
    ways = {
        "Redis": lambda: Chain(entries=real.ledger.entries(CLUSTER)),
        "a file": lambda: read_export(file),
    }
    anchors = [
        Anchor(cluster=CLUSTER, kind="head", seq=e.seq, hash=e.hash, at=e.at, place="etcd")
        for e in real.ledger.entries(CLUSTER)
        if e.seq % 250 == 0
    ]
    for name, chain in ways.items():
        rate = max(_pace(chain, anchors) for _ in range(3))
        measured(f"audit verify from {name}: {rate:,.0f} entries a second, {len(anchors)} anchors")
        assert rate >= ENTRIES


def _pace(chain: Callable[[], Chain], anchors: list[Anchor]) -> float:
    begun = time.perf_counter()
    seen = Seen.of(chain(), Asked(anchors=tuple(anchors), complete=True))
    took = time.perf_counter() - begun
    assert seen.sound
    assert seen.found.proven == ((1, ENTRIES),)
    return ENTRIES / took


def _fill(desk: RedisDesk) -> None:
    """As append.lua does it, without its hash in Lua and its sync to the disk."""
    pipe: Any = desk.redis.pipeline(transaction=False)
    prev = GENESIS
    for seq in range(1, ENTRIES + 1):
        draft = Draft(id=str(seq), kind=Kind.HOST, incident=f"shop-{seq // 40}", evidence=EVIDENCE)
        at, body = 1_700_000_000_000_000 + seq, draft.body()
        fresh = link(prev=prev, seq=seq, at=at, body=body)
        known = {"seq": seq, "at": at, "id": draft.id, "body": body, "prev": prev, "hash": fresh}
        pipe.xadd(f"pgbaton:trail:{CLUSTER}", known, id=f"{seq}-0")
        prev = fresh
    pipe.execute()
