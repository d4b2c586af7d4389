"""How fast a trail is verified, from Redis and from a file: an auditor has a year of it."""

import time
from collections.abc import Callable
from pathlib import Path

from deploy.cli.export import Chain, read_export, write_export
from deploy.cli.noted import Asked
from deploy.cli.seen import Seen
from jobs.anchor import Anchor
from jobs.audit import Draft, Kind
from tests.contract.ledger.desks import RedisDesk
from tests.contract.ledger.values import CLUSTER

ENTRIES, AT_ONCE = 20_000, 500
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
    for begin in range(0, ENTRIES, AT_ONCE):
        names = range(begin, begin + AT_ONCE)
        drafts = [
            Draft(id=str(n), kind=Kind.HOST, incident=f"shop-{n // 40}", evidence=EVIDENCE)
            for n in names
        ]
        real.ledger.append(CLUSTER, drafts)
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
